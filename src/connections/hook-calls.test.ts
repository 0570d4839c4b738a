import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { createManualClock } from '../../support/fakes/manual-clock.js';
import { FaceError } from '../errors.js';
import { called, type FoundHook, type HookReader, readHooks, type UnfinishedReads } from './hook-calls.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** Creates a reader whose provider answers when the test says so. */
function createSlowReader() {
  const answers: ((found: FoundHook) => void)[] = [];
  const reader: HookReader = {
    hook: 'token',
    decides: true,
    needs: () => 'nothing',
    read: () => new Promise((resolve) => answers.push(resolve)),
  };
  return { reader, answers };
}

const fast: HookReader = { hook: 'saml', decides: true, needs: () => 'nothing', read: async () => called({}) };

test('a hook that is not read within 4 s is unknown; the others are reported', async () => {
  const reading = readHooks([createSlowReader().reader, fast], { clock: createManualClock() });
  await jest.advanceTimersByTimeAsync(4_000);
  expect((await reading).hooks).toMatchObject([
    { hook: 'token', state: 'unknown', reason: 'the provider did not answer in time' },
    { hook: 'saml', state: 'called' },
  ]);
});

test('a call during a late reading waits for it and starts no other', async () => {
  const { reader, answers } = createSlowReader();
  const unfinished: UnfinishedReads = new Map();
  const read = () => readHooks([reader], { clock: createManualClock() }, unfinished);
  const first = read();
  await jest.advanceTimersByTimeAsync(4_000);
  expect((await first).hooks).toMatchObject([{ state: 'unknown' }]);
  const second = read();
  await jest.advanceTimersByTimeAsync(4_000);
  expect((await second).hooks).toMatchObject([{ state: 'unknown' }]);
  const third = read();
  expect(answers).toHaveLength(1);
  answers[0]?.(called({}));
  expect((await third).hooks).toMatchObject([{ state: 'called' }]);
  void read();
  expect(answers).toHaveLength(2);
});

test.each([
  [{ status: 401 }, 'the provider does not accept how this server authenticates (provider_refused, status 401)'],
  [
    { status: 403, code: 'E0000006' },
    'the provider does not show it (provider_refused, status 403, E0000006); this needs the scope hooks.read',
  ],
])('a provider that refuses a reading with %j is reported with what it lacks', async (detail, reason) => {
  const read = () => Promise.reject(new FaceError('provider_refused', detail));
  const reader: HookReader = { hook: 'token', decides: true, needs: () => 'the scope hooks.read', read };
  expect((await readHooks([reader], { clock: createManualClock() })).hooks).toMatchObject([
    { state: 'unknown', reason },
  ]);
});
