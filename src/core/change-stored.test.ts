import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { createManualClock } from '../../support/fakes/manual-clock.js';
import { toCode } from '../errors.js';
import { createSqliteState } from '../storage/state/sqlite.js';
import { changeStored, readStored } from './change-stored.js';
import { addSec } from './units.js';

const setUp = () => {
  const clock = createManualClock();
  const state = createSqliteState({ file: ':memory:', clock });
  const stored = { key: 'counted', guard: z.object({ count: z.int() }), expiresAt: () => addSec(clock.now(), 60) };
  const countUp = (found: { count: number } | null) => ({ count: (found?.count ?? 0) + 1 });
  return { clock, state, stored, countUp };
};

test('concurrent changes of one record are all applied', async () => {
  const { state, stored, countUp } = setUp();
  await Promise.all(Array.from({ length: 15 }, () => changeStored(stored, countUp, { state })));
  expect((await readStored(stored, { state }))?.record).toEqual({ count: 15 });
});

test('a record is read again if another change was stored since the caller read it', async () => {
  const { state, stored, countUp } = setUp();
  await changeStored(stored, countUp, { state });
  const known = await readStored(stored, { state });
  await changeStored(stored, countUp, { state });
  expect(await changeStored(stored, countUp, { state }, known)).toEqual({
    former: { count: 2 },
    changed: { count: 3 },
  });
});

test('a change that throws leaves the record unchanged; a change fails if another one always precedes it', async () => {
  const { state, stored, countUp } = setUp();
  await changeStored(stored, countUp, { state });
  const refuse = () => {
    throw new Error('no');
  };
  await expect(changeStored(stored, refuse, { state })).rejects.toThrow('no');
  expect((await readStored(stored, { state }))?.record).toEqual({ count: 1 });
  const overtaken = { ...state, write: async () => false };
  expect(toCode(await changeStored(stored, countUp, { state: overtaken }).catch((error: unknown) => error))).toBe(
    'state_unavailable',
  );
});
