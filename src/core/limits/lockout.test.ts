import { describe, expect, test } from '@jest/globals';
import { createManualClock } from '../../../test/contract/state.js';
import { FaceError, type FaceErrorCode } from '../../errors.js';
import { createSqliteState } from '../../storage/state/sqlite.js';
import { attemptsOfSubject, attemptsOfToken } from './attempts.js';
import { clearAttempts, countAttempt } from './lockout.js';

const subject = attemptsOfSubject({ tenant: 'work', idp: 'okta', subject: '00u1', scope: 'sign-in', accuracy: 4 });
const token = attemptsOfToken('a token');

function setUp() {
  const clock = createManualClock();
  const deps = { clock, state: createSqliteState({ file: ':memory:', clock }) };
  const attempt = (who: typeof subject, succeeded: boolean) =>
    countAttempt(who, async () => ({ succeeded, result: succeeded }), deps);
  return { clock, deps, attempt };
}

test.each([
  ['a subject', subject, 5],
  ['a token', token, 100],
])(
  '%s is locked out after its number of failures until the window ends, also if concurrent',
  async (_, who, allowed) => {
    const { attempt, clock } = setUp();
    const results = await Promise.allSettled(Array.from({ length: allowed + 10 }, () => attempt(who, false)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(allowed);
    await expect(attempt(who, true)).rejects.toMatchObject({ code: 'locked_out' });
    clock.advanceSec(15 * 60 - 1);
    await expect(attempt(who, true)).rejects.toMatchObject({ code: 'locked_out' });
    clock.advanceSec(1);
    expect(await attempt(who, true)).toBe(true);
  },
);

test('a subject and a token with the same name have separate counters', async () => {
  const { attempt } = setUp();
  for (let failure = 0; failure < 5; failure++) await attempt(subject, false);
  expect(await attempt(attemptsOfToken(subject.name), true)).toBe(true);
});

test('a success or a new enrolment resets the count', async () => {
  const { attempt, deps } = setUp();
  for (const clear of [() => attempt(subject, true), () => clearAttempts(subject, deps)]) {
    for (let failure = 0; failure < 4; failure++) await attempt(subject, false);
    await clear();
  }
  for (let failure = 0; failure < 5; failure++) await attempt(subject, false);
  await expect(attempt(subject, true)).rejects.toMatchObject({ code: 'locked_out' });
});

test.each<[FaceErrorCode, boolean]>([
  ['face_none', false],
  ['overloaded', false],
  ['state_unavailable', false],
  ['profile_unavailable', false],
  ['face_mismatch', true],
  ['liveness_low', true],
  ['token_key_retired', true],
])('an attempt with the result %s counts as a failure: %s', async (code, counts) => {
  const { attempt, deps } = setUp();
  const fail = () =>
    countAttempt(
      subject,
      async () => {
        throw new FaceError(code);
      },
      deps,
    );
  for (let failure = 0; failure < 5; failure++) await expect(fail()).rejects.toMatchObject({ code });
  await (counts
    ? expect(attempt(subject, true)).rejects.toMatchObject({ code: 'locked_out' })
    : expect(attempt(subject, true)).resolves.toBe(true));
});

describe('the lockouts of a subject', () => {
  /** Fails until locked out. @returns how many failures that took, and how long it lasts */
  async function failUntilLocked({ attempt, clock }: ReturnType<typeof setUp>) {
    for (let failures = 0; failures < 20; failures += 1) {
      const refusal = await attempt(subject, false).catch((error: unknown) => error);
      if (!(refusal instanceof FaceError)) continue;
      const { retryAfterSec } = Object(refusal.detail);
      clock.advanceSec(retryAfterSec - 1);
      await expect(attempt(subject, true)).rejects.toMatchObject({ code: 'locked_out' });
      clock.advanceSec(1);
      return { failures, minutes: retryAfterSec / 60 };
    }
    throw new Error('20 failures brought no lockout');
  }

  test('grow from 15 minutes to a day with each additional failure', async () => {
    const bench = setUp();
    const lockouts = [];
    for (let round = 0; round < 9; round += 1) lockouts.push(await failUntilLocked(bench));
    expect(lockouts.map(({ failures }) => failures)).toEqual([5, 1, 1, 1, 1, 1, 1, 1, 1]);
    expect(lockouts.map(({ minutes }) => minutes)).toEqual([15, 30, 60, 120, 240, 480, 960, 1440, 1440]);
  });

  test.each<[string, (bench: ReturnType<typeof setUp>) => unknown]>([
    ['a success', ({ attempt }) => attempt(subject, true)],
    ['a day without attempts', ({ clock }) => clock.advanceSec(86_400)],
    ['a reset by an administrator', ({ deps }) => clearAttempts(subject, deps)],
  ])('restart at 15 minutes after %s', async (_, calm) => {
    const bench = setUp();
    for (let round = 0; round < 3; round += 1) await failUntilLocked(bench);
    await calm(bench);
    expect(await failUntilLocked(bench)).toEqual({ failures: 5, minutes: 15 });
  });

  test('also begin if the process crashed during the last failure', async () => {
    const { attempt, clock, deps } = setUp();
    for (let failure = 0; failure < 5; failure += 1) {
      void countAttempt(subject, () => new Promise<never>(() => {}), deps);
    }
    await new Promise(setImmediate);
    const refusal = attempt(subject, true);
    await expect(refusal).rejects.toMatchObject({ code: 'locked_out', detail: { retryAfterSec: 30 } });
    clock.advanceSec(30);
    expect(await attempt(subject, true)).toBe(true);
  });
});
