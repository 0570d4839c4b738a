import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { stateGuard } from '../../src/config/state.js';
import type { Clock, State } from '../../src/core/ports.js';
import { epochMs } from '../../src/core/units.js';
import { recordPassedStepUp } from '../../src/step-up/passed-step-up.js';
import { createRedisStore } from '../../src/storage/state/redis.js';
import { createSqliteState } from '../../src/storage/state/sqlite.js';
import { createTextLog } from '../../support/fakes/sinks.js';
import { freshnessSec, type HookProvider, isPassed } from './hook-providers.js';

/* State stores that a benchmark fills before the server starts. */

export const systemClock: Clock = { now: () => epochMs(Date.now()) };

/** Opens an SQLite state that does not sync each write to disk. */
export function openQuickState(file: string): State {
  const state = createSqliteState({ file, clock: systemClock });
  return { ...state, write: (key, value, options) => state.write(key, value, { ...options, relaxedDurability: true }) };
}

export function toRedisConfig(url: string) {
  const config = stateGuard.parse({ kind: 'redis', url });
  if (config.kind !== 'redis') throw new Error('not Redis');
  return config;
}

/** Opens a Redis state that never treats its records as lost. */
export async function openRedisState(url: string, clock: Clock): Promise<State> {
  const store = await createRedisStore(toRedisConfig(url), { clock, random: randomBytes, log: createTextLog() });
  return { ...store, storeEpoch: async () => clock.now() };
}

export async function readRedisBytes(url: string): Promise<number> {
  const redis = new Redis(url);
  const info = await redis.info('memory');
  redis.disconnect();
  return Number(/used_memory:(\d+)/.exec(info)?.[1] ?? 0);
}

export async function notePasses(
  state: State,
  { connection, subjects }: Pick<HookProvider, 'connection' | 'subjects'>,
  count: number,
): Promise<void> {
  for (let n = 0; n < count; n++) {
    if (!isPassed(n)) continue;
    const result = {
      stepUpId: `step-up-${n}`,
      passedAt: systemClock.now(),
      liveness: 0.9,
      presence: 'movement-1',
      anotherWay: false,
      judgedBy: 'challenge' as const,
      signIn: { application: null, address: null },
    };
    for (const subject of subjects(n))
      await recordPassedStepUp({ connection: connection.id, subject }, result, { freshnessSec }, { state });
  }
}
