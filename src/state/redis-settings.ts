import type { Cluster, Redis } from 'ioredis';
import type { RedisConfig } from '../config/state.js';
import { createRedisClient } from './redis-client.js';

export interface RedisSettings {
  readonly maxmemoryPolicy: string;
  readonly appendOnly: boolean;
}

export interface RedisFindings {
  readonly servers: readonly RedisSettings[];
  readonly mayKeepLedger: boolean;
}

/**
 * Reads the settings of each master.
 * @returns `null` if a master does not respond
 */
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

/** Returns true if the ledger's commands are allowed. The commands are tried on an unused key and leave no data. */
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
