import type { Profile, State } from '../../src/core/ports.js';
import type { Engine } from '../../src/face/engine/engine.js';

/** Counts record writes and counter additions. */
export function countState(state: State) {
  const counts = { writes: 0, counters: 0, /** Writes that wait for the disk. */ waits: 0 };
  return {
    counts,
    state: {
      read: (key) => state.read(key),
      readMany: (keys) => state.readMany(keys),
      write: (key, value, options) => {
        counts.writes += 1;
        if (options.relaxedDurability !== true) counts.waits += 1;
        return state.write(key, value, options);
      },
      add: (...given) => {
        counts.counters += 1;
        return state.add(...given);
      },
      delete: (key) => state.delete(key),
      storeEpoch: () => state.storeEpoch(),
      close: () => state.close(),
    } satisfies State as State,
  };
}

/** Records the names and IDs looked up in a directory. */
export function noteLookUps(profile: Profile): string[] {
  const asked: string[] = [];
  const { findAccount, readAccount } = profile;
  Object.assign(profile, {
    findAccount: (...given: Parameters<Profile['findAccount']>) => {
      asked.push(given[0]);
      return findAccount(...given);
    },
    readAccount: (...given: Parameters<Profile['readAccount']>) => {
      asked.push(given[0]);
      return readAccount(...given);
    },
  });
  return asked;
}

export const countExaminations = (engine: Engine, counts: { examined: number }): Engine => ({
  ...engine,
  examine: (...given) => {
    counts.examined += 1;
    return engine.examine(...given);
  },
});

export type CountedState = ReturnType<typeof countState>;
