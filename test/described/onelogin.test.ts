import { beforeEach, expect, test } from '@jest/globals';
import { z } from 'zod';
import { createOneLoginAdapter } from '../../adapters/onelogin/index.js';
import { createOneLoginProvisioning } from '../../adapters/onelogin/provision.js';
import type { Exchange } from '../../support/servers/exchanges.js';
import { startFront } from '../../support/servers/front.js';
import { applyAll } from '../contract/bench.js';
import { type OneLoginBench, openOneLoginBench } from '../contract/onelogin.js';
import { driveProfile } from './drive-profile.js';
import { type Judgement, judgeCalls } from './judgement.js';
import { oneloginOperations, refusalGuard } from './onelogin-shapes.js';

/* What we and the simulated account say to each other, held against what OneLogin's public sources show. */

let bench: OneLoginBench;
let calls: Exchange[];
let front: Awaited<ReturnType<typeof startFront>>;
beforeEach(async () => {
  bench = await openOneLoginBench();
  calls = [];
  front = await startFront(bench.onelogin.url, { onExchange: (exchange) => calls.push(exchange) });
});

const toLines = (side: string, guard: z.ZodType | undefined, value: unknown): string[] => {
  if (guard === undefined) return value === null ? [] : [`${side}: there is none`];
  const { error } = guard.safeParse(value);
  return (error?.issues ?? []).map(({ path, message }) => `${side}.${path.join('.')}: ${message}`);
};
const parse = (text: string): unknown => (text === '' ? null : JSON.parse(text));

function judge({ method, path, query, request, response }: Exchange): Judgement {
  const found = oneloginOperations.find((each) => each.method === method && each.path.test(path));
  if (found === undefined) return { operation: null, differences: [] };
  const isRefused = response.status >= 400;
  return {
    operation: `${method} ${found.path.source}`,
    differences: [
      ...toLines('query', found.query ?? z.strictObject({}), Object.fromEntries(query)),
      ...toLines('request', found.body, parse(request.body)),
      ...(isRefused || response.status === (found.status ?? 200) ? [] : [`status: ${response.status}`]),
      ...toLines('answer', isRefused ? refusalGuard : found.answer, parse(response.body)),
    ],
  };
}

test('calls of provisioning, doctor, profile and hooks match OneLogin’s public documentation', async () => {
  const { onelogin, core } = bench;
  onelogin.account.fields.length = 0;
  const ada = onelogin.addUser({ username: 'ada@example.com', password: 'correct horse', roleIds: [7] });
  const deps = (changes: Readonly<Record<string, unknown>> = {}) => ({
    ...core,
    settings: bench.configure({ onelogin: { accountUrl: front.url, ...changes } }),
    // No one listens there: the hook says so in its log.
    publicUrl: 'http://127.0.0.1:1',
    fetch,
  });
  for (const changes of [{}, { pilotRole: 7 }, { timeoutSec: 3, pilotRole: null }]) {
    const { steps, checks } = createOneLoginProvisioning(deps(changes));
    for (const step of steps) await step.inspect();
    for (const state of await applyAll({ steps })) expect(['ready', 'manual']).toContain(state);
    for (const check of checks) await check.run();
  }
  await onelogin.signIn({ identifier: 'ada@example.com', password: 'correct horse' });
  const { checks } = createOneLoginProvisioning(deps({ timeoutSec: 3, pilotRole: null }));
  for (const check of checks) await check.run();

  onelogin.account.roles.set(7, 'corp:acme:filer');
  const { profile } = createOneLoginAdapter(deps());
  const subject = String(ada);
  await driveProfile(profile, { subject, groups: 1 });
  await createOneLoginProvisioning(deps()).census();
  await expect(profile.readToken('99999999')).rejects.toMatchObject({ code: 'subject_unknown' });
  const refused = createOneLoginAdapter(deps({ clientSecret: 'another' }));
  await expect(refused.profile.readToken(subject)).rejects.toMatchObject({ code: 'profile_unavailable' });

  expect(judgeCalls(calls, judge)).toEqual([]);
});
