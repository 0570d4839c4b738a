import { expect, test } from '@jest/globals';
import { createManualClock } from '../../test/contract/state.js';
import { FaceError } from '../errors.js';
import { createSqliteState } from '../storage/state/sqlite.js';
import { createReadiness, takesWrites } from './readiness.js';

const clock = createManualClock(1_000_000);

test('readiness names every dependency that is not ready, fails or never replies', async () => {
  const readiness = createReadiness(
    {
      own: { engine: async () => true },
      shared: {
        verifier: async () => false,
        state: async () => {
          throw new Error('away');
        },
        keys: () => new Promise(() => {}),
      },
    },
    { clock },
  );
  expect(await readiness.findUnready()).toEqual(['verifier', 'state', 'keys']);
});

test('readiness checks dependencies at most once a second, and reports a shutdown immediately', async () => {
  let asked = 0;
  const state = async () => {
    asked += 1;
    return asked === 1;
  };
  const readiness = createReadiness({ own: {}, shared: { state } }, { clock });
  const answers = await Promise.all(Array.from({ length: 50 }, () => readiness.findUnready()));
  expect(answers.flat()).toEqual([]);
  clock.advanceSec(0.999);
  expect(await readiness.findUnready()).toEqual([]);
  expect(asked).toBe(1);
  clock.advanceSec(0.001);
  expect(await readiness.findUnready()).toEqual(['state']);
  readiness.stop();
  expect(await readiness.findUnready()).toEqual(['stopping']);
  expect(asked).toBe(2);
});

test('a replica that was ready once remains ready without shared dependencies, but not without local ones', async () => {
  let hasState = false;
  let hasEngine = true;
  let asked = 0;
  const state = async () => {
    asked += 1;
    return hasState;
  };
  const readiness = createReadiness({ own: { engine: async () => hasEngine }, shared: { state } }, { clock });
  // A release that never finds its store takes nobody's place.
  expect(await readiness.findUnreadyHere()).toEqual(['state']);
  hasState = true;
  clock.advanceSec(1);
  expect(await readiness.findUnreadyHere()).toEqual([]);
  hasState = false;
  clock.advanceSec(1);
  asked = 0;
  expect(await readiness.findUnreadyHere()).toEqual([]);
  expect(asked).toBe(0);
  expect(await readiness.findUnready()).toEqual(['state']);
  hasEngine = false;
  expect(await readiness.findUnreadyHere()).toEqual(['engine']);
  readiness.stop();
  expect(await readiness.findUnreadyHere()).toEqual(['stopping']);
});

test('a state store that accepts reads but no writes is not ready', async () => {
  const state = createSqliteState({ file: ':memory:', clock });
  const full = { ...state, write: () => Promise.reject(new FaceError('state_unavailable')) };
  const read = (taking: typeof state) =>
    createReadiness(
      { own: {}, shared: { state: () => takesWrites({ state: taking, clock }) } },
      { clock },
    ).findUnready();
  expect(await read(full)).toEqual(['state']);
  expect(await read(state)).toEqual([]);
  expect((await state.read('ready'))?.value).toBe(true);
  await state.close();
});
