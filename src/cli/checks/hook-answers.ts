import { isDeepStrictEqual } from 'node:util';
import type { Hooks, HookTerms } from '../../../adapters/hook.js';
import type { Check, Finding } from '../../../adapters/provisioning.js';
import type { Clock, Fetch } from '../../core/ports.js';
import { type Answer, ask, noAnswer } from './public-address.js';

/** The way there and back, to a refusal that needs no work: of the 2 to 5 seconds that providers wait. */
const SLOW_MS = 1_000;

/** Whether each hook, called by nobody in particular, refuses in its adapter's own words. */
export const createHookChecks = (
  hooks: Hooks,
  { connection, publicUrl }: { readonly connection: string; readonly publicUrl: string },
  deps: { readonly fetch: Fetch; readonly clock: Clock },
): readonly Check[] =>
  Object.entries(hooks).map(([name, hook]) => ({
    title: `Hook ${name}`,
    run: () => checkHook(`${publicUrl}/hooks/${connection}/${name}`, hook, deps),
  }));

async function checkHook(
  address: string,
  hook: HookTerms,
  deps: { readonly fetch: Fetch; readonly clock: Clock },
): Promise<Finding> {
  const [method = 'POST'] = (hook.methods ?? []).toSorted((a, b) => Number(b === 'POST') - Number(a === 'POST'));
  const json = { headers: { 'content-type': 'application/json' }, body: '{}' };
  const answer = await ask(address, { method, ...(method === 'POST' ? json : {}) }, deps);
  return answer === null ? noAnswer(address) : judge(address, answer, hook);
}

function judge(address: string, answer: Answer, hook: HookTerms): Finding {
  const { status, text, tookMs } = answer;
  const expected = hook.refuse('caller_untrusted');
  if (status === expected.status && isDeepStrictEqual(parseBody(text), expected.body)) {
    const found = `${address} refuses strangers as it should (${status}, ${tookMs} ms)`;
    if (tookMs < SLOW_MS) return { verdict: 'pass', found, remedy: null };
    return {
      verdict: 'warn',
      found,
      remedy: 'Providers wait 2 to 5 s in all. Bring the server nearer to the provider.',
    };
  }
  const found = `${address} answers ${status}, and not with the refusal of this hook`;
  if (status === 404) {
    const remedy = 'Start the server with this configuration, and let the proxy pass /hooks/ on unchanged.';
    return { verdict: 'fail', found, remedy };
  }
  if (status >= 500)
    return { verdict: 'fail', found, remedy: 'See the log of the server, and of the proxy before it.' };
  return {
    verdict: 'fail',
    found,
    remedy:
      'Something else answers in its place: a sign-in page, a firewall, a redirect. Let /hooks/ through unchanged.',
  };
}

/** `null` for an empty body, as hooks have it; `undefined` for what is not JSON. */
function parseBody(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
