import { isDeepStrictEqual } from 'node:util';
import type { Hook, Hooks, RawReply } from '../../../connections/hook.js';
import {
  acceptedCallsTitle,
  type Check,
  type Finding,
  fail,
  hooksAnswer,
  manual,
  pass,
  publishedKeysTitle,
  serverAnswers,
  serverClock,
  warn,
} from '../../../connections/provisioning.js';
import { parseJson } from '../../../core/base/json.js';
import type { Ports } from '../../../core/deps.js';
import { type Answer, ask, noAnswer } from './public-address.js';

/** Answers slower than this cause a warning. Providers wait 2 to 5 seconds. */
const SLOW_MS = 1_000;

interface Target {
  readonly name: string;
  readonly address: string;
  readonly hook: Hook;
}

/** Creates checks that each hook refuses an anonymous call and accepts the configured secret. */
export function createHookChecks(
  hooks: Hooks,
  { connection, publicUrl }: { readonly connection: string; readonly publicUrl: string },
  deps: Ports<'clock' | 'fetch'>,
): readonly Check[] {
  const targets = Object.entries(hooks).map(([name, hook]) => ({
    name,
    hook,
    address: `${publicUrl}/hooks/${connection}/${name}`,
  }));
  if (targets.length === 0) return [];
  return [
    { title: hooksAnswer, needs: [serverAnswers, publishedKeysTitle], run: () => checkAnonymousCalls(targets, deps) },
    {
      title: acceptedCallsTitle,
      needs: [hooksAnswer, serverClock],
      run: () => checkProbes(targets, deps),
    },
  ];
}

async function checkAnonymousCalls(targets: readonly Target[], deps: Ports<'clock' | 'fetch'>): Promise<Finding> {
  let slowestMs = 0;
  for (const { address, hook } of targets) {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
    const answer = await ask(address, init, deps);
    if (answer === null) return noAnswer(address);
    if (!isReply(answer, hook.refuse('caller_untrusted'))) return judgeOther(address, answer);
    slowestMs = Math.max(slowestMs, answer.tookMs);
  }
  const names = targets.map(({ name }) => name).join(', ');
  const found = `${names}: anonymous calls are refused, as they should be (${slowestMs} ms)`;
  return slowestMs < SLOW_MS
    ? pass(found)
    : warn(found, 'Providers wait 2 to 5 s in all. Move the server closer to the provider.');
}

function judgeOther(address: string, { status }: Answer): Finding {
  const found = `${address} answers ${status}, but not with the refusal of this hook`;
  if (status === 404) {
    return fail(found, 'Start the server with this configuration, and let the proxy forward /hooks/ unchanged.');
  }
  if (status >= 500) return fail(found, 'See the log of the server, and of the proxy before it.');
  return fail(
    found,
    'Another program responds: a sign-in page, a firewall or a redirect. Let it forward /hooks/ unchanged.',
  );
}

async function checkProbes(targets: readonly Target[], deps: Ports<'clock' | 'fetch'>): Promise<Finding> {
  const tried: string[] = [];
  for (const { name, address, hook } of targets) {
    if (hook.probe === null) continue;
    const { headers, body } = hook.probe();
    const init = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body };
    const answer = await ask(address, init, deps);
    if (answer === null) return noAnswer(address);
    if (isReply(answer, hook.refuse('caller_untrusted'))) return refused(address, Object.keys(headers));
    if (!isReply(answer, hook.refuse('hook_probed'))) return judgeOther(address, answer);
    tried.push(name);
  }
  if (tried.length > 0) return pass(`${tried.join(', ')}: accepted with the configured secret`);
  return manual(
    'The provider signs them with its own key, so this command cannot create one',
    'Sign in once, and check that “facestep log --action hook_decided” lists it.',
  );
}

const refused = (address: string, headers: readonly string[]): Finding =>
  fail(
    `${address} refuses the configured secret`,
    `Restart the server with this configuration if the secret was changed. Otherwise let the proxy forward the header ${headers.join(', ')} and the body unchanged.`,
  );

const isReply = ({ status, text }: Answer, expected: RawReply): boolean =>
  status === expected.status && isDeepStrictEqual(text === '' ? null : parseJson(text), expected.body);
