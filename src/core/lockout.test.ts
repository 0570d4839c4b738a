import { expect, test } from '@jest/globals';
import { createManualClock } from '../../test/contract/state.js';
import { FaceError, type FaceErrorCode } from '../errors.js';
import { createSqliteState } from '../state/sqlite.js';
import { attemptsOfSubject, attemptsOfToken, clearAttempts, countAttempt } from './lockout.js';

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
])('%s may fail so often, also all at once, and not once more until the window ends', async (_, who, allowed) => {
  const { attempt, clock } = setUp();
  const results = await Promise.allSettled(Array.from({ length: allowed + 10 }, () => attempt(who, false)));
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(allowed);
  await expect(attempt(who, true)).rejects.toMatchObject({ code: 'locked_out' });
  clock.advanceSec(15 * 60 - 1);
  await expect(attempt(who, true)).rejects.toMatchObject({ code: 'locked_out' });
  clock.advanceSec(1);
  expect(await attempt(who, true)).toBe(true);
});

test('names do not meet: a token called like a subject is another', async () => {
  const { attempt } = setUp();
  for (let failure = 0; failure < 5; failure++) await attempt(subject, false);
  expect(await attempt(attemptsOfToken(subject.name), true)).toBe(true);
});

test('a success, or a new enrolment, clears the count', async () => {
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
  ['photo_invalid', false],
  ['overloaded', false],
  ['key_service_unavailable', false],
  ['upstream_unavailable', false],
  ['face_mismatch', true],
  ['liveness_low', true],
  ['token_key_retired', true],
  ['internal', true],
])('an attempt that ends in %s counts: %s', async (code, counts) => {
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
