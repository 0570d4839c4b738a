import type { Cluster, Redis } from 'ioredis';
import type { RedisConfig } from '../config/state.js';
import { createRedisClient } from './redis-client.js';

/** What decides whether a Redis server keeps what it is told. */
export interface RedisSettings {
  readonly maxmemoryPolicy: string;
  readonly appendOnly: boolean;
}

/** What was found of the masters, and whether this user may use what the log of decisions is kept in. */
export interface RedisFindings {
  readonly servers: readonly RedisSettings[];
  readonly mayKeepLedger: boolean;
}

/** Asks each master for its settings, which takes no right but INFO. @returns `null` where one does not answer */
export async function readRedisSettings(config: RedisConfig): Promise<RedisFindings | null> {
  const client = createRedisClient(config);
  try {
    await client.connect();
    const masters = 'nodes' in client ? client.nodes('master') : [client];
    const servers = await Promise.all(masters.map(readSettings));
    return { servers, mayKeepLedger: await mayKeepLedger(client, config) };
  } catch {
    return null;
  } finally {
    client.disconnect();
  }
}

/** Tries what the ledger asks of Redis, but for what would leave something there, on a key that nothing has. */
async function mayKeepLedger(client: Redis | Cluster, { keyPrefix }: RedisConfig): Promise<boolean> {
  const key = `{${keyPrefix}ledger:rights}`;
  const tried = await Promise.allSettled([
    client.zlexcount(key, '-', '+'),
    client.zrangebylex(key, '-', '+'),
    client.zrevrangebylex(key, '+', '-'),
    client.zadd(key, 'XX', 0, 'none'),
    client.zrem(key, 'none'),
    client.hget(key, 'none'),
    client.hmget(key, 'none'),
    client.hdel(key, 'none'),
  ]);
  return tried.every(({ status }) => status === 'fulfilled');
}

async function readSettings(server: Redis): Promise<RedisSettings> {
  const [memory, persistence] = await Promise.all([server.info('memory'), server.info('persistence')]);
  return {
    maxmemoryPolicy: /^maxmemory_policy:(\S+)/m.exec(memory)?.[1] ?? 'unknown',
    appendOnly: /^aof_enabled:1/m.test(persistence),
  };
}
