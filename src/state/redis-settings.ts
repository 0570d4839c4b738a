import type { Redis } from 'ioredis';
import type { RedisConfig } from '../config/state.js';
import { createRedisClient } from './redis-client.js';

/** What decides whether a Redis server keeps what it is told. */
export interface RedisSettings {
  readonly maxmemoryPolicy: string;
  readonly appendOnly: boolean;
}

/** Asks each master for its settings. It takes no right but INFO. @returns `null` where one does not answer */
export async function readRedisSettings(config: RedisConfig): Promise<readonly RedisSettings[] | null> {
  const client = createRedisClient(config);
  try {
    await client.connect();
    const masters = 'nodes' in client ? client.nodes('master') : [client];
    return await Promise.all(masters.map(readSettings));
  } catch {
    return null;
  } finally {
    client.disconnect();
  }
}

async function readSettings(server: Redis): Promise<RedisSettings> {
  const [memory, persistence] = await Promise.all([server.info('memory'), server.info('persistence')]);
  return {
    maxmemoryPolicy: /^maxmemory_policy:(\S+)/m.exec(memory)?.[1] ?? 'unknown',
    appendOnly: /^aof_enabled:1/m.test(persistence),
  };
}
