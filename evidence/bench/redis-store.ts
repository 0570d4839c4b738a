import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { stateGuard } from '../../src/config/state.js';
import type { Clock, State } from '../../src/core/ports.js';
import { createRedisStore } from '../../src/state/redis.js';
import { createTextLog } from '../../test/sinks.js';

export function toRedisConfig(url: string) {
  const config = stateGuard.parse({ kind: 'redis', url });
  if (config.kind !== 'redis') throw new Error('not Redis');
  return config;
}

/**
 * Opens a state store that never treats its records as lost, so that the benchmark can fill the store before the server
 * starts.
 */
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
