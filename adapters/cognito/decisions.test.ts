import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { arnOf, triggerFunctions } from '../../simulators/cognito/deploy.js';
import { type CognitoSimulator, startCognitoSimulator } from '../../simulators/cognito/index.js';
import { logGroupOf } from '../../simulators/cognito/logs.js';
import type { UserPool } from '../../simulators/cognito/pool.js';
import type { Fetch } from '../../src/core/ports.js';
import { addSec, epochMs, fromIso } from '../../src/core/units.js';
import { createManualClock } from '../../support/fakes/manual-clock.js';
import { connectionId, deployFunctions, toFunctionDeps } from '../../test/contract/cognito.js';
import { checkDecisions, readDecisions } from './decisions.js';

const started = fromIso('2026-11-28T08:00:00.000Z');
const defining = logGroupOf(arnOf('defineAuthChallenge'));
const verifying = logGroupOf(arnOf('verifyAuthChallengeResponse'));
let clock: ReturnType<typeof createManualClock>;
let simulator: CognitoSimulator;
let pool: UserPool;
beforeEach(async () => {
  clock = createManualClock(started);
  simulator = await startCognitoSimulator({ now: () => clock.now() });
  pool = await simulator.createPool();
  deployFunctions(simulator, pool);
});
afterEach(() => simulator.close());

function toDeps(...given: [functions?: object | null, changed?: Fetch]) {
  const { settings, fetch: reach } = toFunctionDeps(simulator, pool, ...given);
  return { settings, fetch: reach, clock };
}

const read = (since = addSec(started, -60), ...given: Parameters<typeof toDeps>) =>
  readDecisions(since, toDeps(...given));

const allowed = { outcome: 'unverified', fallback: 'pass', wouldHave: 'deny', reason: 'no_check' };
const line = (id: string, changes: object = {}) =>
  JSON.stringify({
    level: 'info',
    message: 'decision',
    id,
    connection: connectionId,
    subject: `sub-${id}`,
    mode: 'shadow',
    hook: 'define-auth-challenge',
    ...allowed,
    ...changes,
  });
const idsOf = ({ decisions }: Awaited<ReturnType<typeof read>>) => decisions.map(({ id }) => id);

test('the decisions of both deciding functions are read with the time of their log lines, oldest first', async () => {
  const verified = { outcome: 'verified', at: 1_795_000_000, stepUpId: 's-1', liveness: 0.9 };
  const rest = { fallback: undefined, wouldHave: undefined, reason: undefined };
  simulator.logs.write(verifying, line('b', { ...rest, ...verified, hook: 'verify-auth-challenge' }), started - 1000);
  simulator.logs.write(defining, line('a'), started - 2000);
  expect(await read()).toEqual({
    decisions: [
      {
        id: 'a',
        at: started - 2000,
        subject: 'sub-a',
        detail: { hook: 'define-auth-challenge', ...allowed, decidedAt: '2026-11-28T07:59:58.000Z' },
      },
      {
        id: 'b',
        at: started - 1000,
        subject: 'sub-b',
        detail: { hook: 'verify-auth-challenge', ...verified, decidedAt: '2026-11-28T07:59:59.000Z' },
      },
    ],
    until: started,
    ignored: 0,
    reason: null,
  });
});

test('the reading has a start and ends after an hour, or now', async () => {
  for (const minutes of [-90, -61, -30, 0])
    simulator.logs.write(defining, line(`${minutes}`), addSec(started, minutes * 60));
  const first = await read(addSec(started, -7200 + 600));
  expect(first.until).toBe(addSec(started, -3000));
  expect(idsOf(first)).toEqual(['-90', '-61']);
  expect(idsOf(await read(addSec(started, -3000)))).toEqual(['-30', '0']);
});

test('repeated calls of one decision and repeated lines count once; a later sign-in of the same user counts', async () => {
  for (const second of [0, 5, 10, 60]) simulator.logs.write(defining, line('a'), addSec(started, second - 120));
  const event = simulator.logs.write(defining, line('b'), addSec(started, -100));
  simulator.logs.groups.get(defining)?.push(event);
  expect(idsOf(await read(addSec(started, -600)))).toEqual(['a', 'b', 'a']);
});

test('all pages are read, also empty ones', async () => {
  simulator.logs.pageSize = 2;
  simulator.logs.emptyPages = 3;
  for (const id of ['a', 'b', 'c', 'd', 'e']) simulator.logs.write(defining, line(id), addSec(started, -10));
  expect(idsOf(await read())).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('a log that is too large for one reading is read up to a decision, where the next begins', async () => {
  simulator.logs.pageSize = 1;
  for (let at = 0; at < 25; at += 1) simulator.logs.write(defining, line(`${at}`), addSec(started, at - 50));
  const first = await read();
  expect(idsOf(first)).toHaveLength(20);
  expect(first.until).toBe(addSec(started, 19 - 50));
  expect(idsOf(await read(first.until!))).toEqual(['19', '20', '21', '22', '23', '24']);
  // Nothing but empty pages: the next reading starts behind a short gap.
  simulator.logs.emptyPages = 100;
  const since = addSec(started, -3000);
  expect(await read(since)).toMatchObject({ decisions: [], until: addSec(since, 20), hasGap: true, reason: null });
});

test.each([
  ['a cut line', line('a').slice(0, -20)],
  ['a line of another connection', line('a', { connection: 'another' })],
  ['an unknown outcome', line('a', { outcome: 'maybe' })],
  ['an unknown hook', line('a', { hook: 'create-auth-challenge' })],
  ['no user', line('a', { subject: '' })],
  ['no id', line('a', { id: undefined })],
  ['another line of JSON', '{"message":"decision"}'],
])('%s is counted and ignored', async (_, text) => {
  simulator.logs.write(defining, text);
  simulator.logs.write(defining, line('b'));
  const found = await read();
  expect(idsOf(found)).toEqual(['b']);
  expect(found).toMatchObject({ ignored: 1, reason: null });
});

describe('nothing is read, with the reason, if', () => {
  test.each([
    ['the configuration names no functions', () => read(undefined, null), /does not name the functions/],
    [
      'the caller may not read the log',
      () => {
        simulator.logs.isReadable = false;
        return read();
      },
      /facestep-defineAuthChallenge \(AccessDeniedException\); it needs logs:FilterLogEvents/,
    ],
    [
      'a log group does not exist',
      () => {
        simulator.lambda.functions.delete(arnOf('verifyAuthChallengeResponse'));
        return read();
      },
      /facestep-verifyAuthChallengeResponse \(ResourceNotFoundException\)/,
    ],
    [
      'AWS cannot be reached',
      () => read(undefined, triggerFunctions, () => Promise.reject(new Error('refused'))),
      /no answer/,
    ],
  ] as const)('%s', async (_, reading, reason) => {
    expect(await reading()).toEqual({
      decisions: [],
      until: null,
      ignored: 0,
      reason: expect.stringMatching(reason),
    });
  });
});

test('the doctor reports whether decisions can be read', async () => {
  expect(await checkDecisions(toDeps())).toMatchObject({ verdict: 'pass' });
  simulator.logs.write(defining, '{"message":"decision"}', epochMs(clock.now()));
  expect(await checkDecisions(toDeps())).toMatchObject({ verdict: 'warn', found: expect.stringMatching(/^1 lines/) });
  simulator.logs.isReadable = false;
  expect(await checkDecisions(toDeps())).toMatchObject({
    verdict: 'manual',
    found: expect.stringContaining('AccessDeniedException'),
    remedy: expect.stringContaining('logs:FilterLogEvents'),
  });
  expect(await checkDecisions(toDeps(null))).toMatchObject({ verdict: 'manual' });
});
