import { Cluster, Redis } from 'ioredis';
import type { RedisConfig } from '../../config/state.js';

const connectTimeoutMs = 1000;

/** With a smaller value, load of this process would look like an outage. */
const commandTimeoutMs = 1000;

/** A machine that died closes no connection, and TCP would take a quarter of an hour to notice. */
const longestSilenceMs = 2 * commandTimeoutMs;

const longestPauseMs = 1000;

const impatient = {
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  connectTimeout: connectTimeoutMs,
  commandTimeout: commandTimeoutMs,
  socketTimeout: longestSilenceMs,
  disconnectTimeout: commandTimeoutMs,
  disableClientInfo: true,
} as const;

const pauseMs = (attempt: number): number => Math.min(50 * 2 ** Math.min(attempt, 5), longestPauseMs);

/** Creates a client that reconnects automatically. */
export function createRedisClient(config: RedisConfig): Redis | Cluster {
  const client = config.url.use((url) => connectTo(config, new URL(url)));
  // An `error` event without a listener would end the process.
  client.on('error', () => {});
  return client;
}

function connectTo({ sentinel, cluster }: RedisConfig, url: URL): Redis | Cluster {
  const seed = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 6379) };
  const tls = url.protocol === 'rediss:' ? {} : undefined;
  const options = {
    ...impatient,
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    db: Number(url.pathname.slice(1) || 0),
    ...(tls === undefined ? {} : { tls }),
  };
  if (cluster !== null) {
    return new Cluster([seed, ...cluster], {
      lazyConnect: true,
      enableOfflineQueue: false,
      clusterRetryStrategy: pauseMs,
      // Writes are idempotent, so the client may retry them at another node.
      retryDelayOnFailover: 100,
      maxRedirections: 4,
      slotsRefreshTimeout: connectTimeoutMs,
      // Host names are not resolved here, because TLS compares them with the certificate.
      ...(tls === undefined ? {} : { dnsLookup: (name, done) => done(null, name) }),
      redisOptions: options,
    });
  }
  const alone = {
    ...options,
    retryStrategy: pauseMs,
    // Reconnects to find the new master after a failover. In Redis 6.2, `READONLY` is at the end of the message.
    reconnectOnError: ({ message }: Error) => message.includes('READONLY'),
  };
  if (sentinel === null) return new Redis({ ...alone, ...seed });
  const { name, addresses, password } = sentinel;
  return new Redis({
    ...alone,
    name,
    sentinels: addresses,
    sentinelRetryStrategy: pauseMs,
    sentinelCommandTimeout: commandTimeoutMs,
    ...(password === null ? {} : { sentinelPassword: password.use((text) => text) }),
    ...(tls === undefined ? {} : { enableTLSForSentinelMode: true, sentinelTLS: tls }),
  });
}

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
