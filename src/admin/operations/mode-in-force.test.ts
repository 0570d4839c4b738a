import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { createManualClock } from '../../../support/fakes/manual-clock.js';
import { createTextLog } from '../../../support/fakes/sinks.js';
import { emptySetup } from '../../../support/fakes/upkeep.js';
import type { Adapter } from '../../connections/adapter.js';
import { called, type FoundHook, notCalled, readHooks } from '../../connections/hook-calls.js';
import type { ConfiguredConnection, Setup } from '../../connections/setup.js';
import type { State } from '../../core/ports.js';
import { addSec } from '../../core/units.js';
import { createSqliteState } from '../../storage/state/sqlite.js';
import { readChangedAt } from './last-change.js';
import { createProviderReader } from './mode-in-force.js';

/* A provider that answers when the test says so. Every entry of `answers` is one reading at it. */

let answers: ((found: FoundHook) => void)[];
let setup: Setup;
let clock: ReturnType<typeof createManualClock>;
let state: State;
let read: () => Promise<string | undefined>;
beforeEach(() => {
  // The store needs it.
  jest.useFakeTimers({ doNotFake: ['setImmediate'] });
  answers = [];
  clock = createManualClock();
  state = createSqliteState({ file: ':memory:', clock });
  configure();
  const readAtProvider = createProviderReader({ clock, log: createTextLog(), setup: () => setup }, (id) =>
    readChangedAt(id, { state, clock }),
  );
  read = async () => (await readAtProvider('okta')).hookCalls?.hooks[0]?.state;
});
afterEach(async () => {
  jest.useRealTimers();
  await state.close();
});

function configure(): void {
  const reader = {
    hook: 'token',
    decides: true,
    needs: () => 'nothing',
    read: () => new Promise<FoundHook>((resolve) => answers.push(resolve)),
  };
  const readHookCalls: Adapter['readHookCalls'] = (unfinished) => readHooks([reader], { clock }, unfinished);
  const createAdapter = async () => ({ readHookCalls }) as Adapter;
  setup = { ...emptySetup(), connections: [{ id: 'okta', createAdapter } as unknown as ConfiguredConnection] };
}

test('callers at the same time share one reading, which is held for 60 s', async () => {
  const both = Promise.all([read(), read()]);
  await jest.advanceTimersByTimeAsync(0);
  answers[0]?.(called({}));
  expect(await both).toEqual(['called', 'called']);
  clock.advanceSec(59);
  expect(await read()).toBe('called');
  expect(answers).toHaveLength(1);
  clock.advanceSec(1);
  void read();
  await jest.advanceTimersByTimeAsync(0);
  expect(answers).toHaveLength(2);
});

test('a reading is not held after a check of the connection that ended later', async () => {
  const first = read();
  await jest.advanceTimersByTimeAsync(0);
  answers[0]?.(notCalled('no rule names it'));
  expect(await first).toBe('not_called');
  clock.advanceSec(5);
  const report = { examinedAt: clock.now(), light: 'ok', findings: [], enrolled: null };
  await state.write('examination:okta', report, { when: 'any', expiresAt: addSec(clock.now(), 60) });
  const next = read();
  await jest.advanceTimersByTimeAsync(0);
  answers[1]?.(called({}));
  expect(await next).toBe('called');
});

test('a late reading is not started again, and its result is shown to the next caller', async () => {
  const late = read();
  await jest.advanceTimersByTimeAsync(4_000);
  expect(await late).toBe('unknown');
  const next = read();
  await jest.advanceTimersByTimeAsync(0);
  expect(answers).toHaveLength(1);
  answers[0]?.(called({}));
  expect(await next).toBe('called');
});

test('a new configuration is read at once', async () => {
  const first = read();
  await jest.advanceTimersByTimeAsync(0);
  answers[0]?.(called({}));
  await first;
  configure();
  const second = read();
  await jest.advanceTimersByTimeAsync(0);
  answers[1]?.(called({ reason: 'not for rule "Machines"' }));
  expect(await second).toBe('partly');
});
