import { Cluster, Redis } from 'ioredis';
import type { RedisConfig } from '../../config/state.js';
import { findCause } from '../../core/base/failure-cause.js';
import { type BackOff, backOffMs } from '../../core/resilience.js';
import { epochMs, toDate } from '../../core/units.js';
import { FaceError } from '../../errors.js';

/** With a smaller value, load of this process would look like an outage. */
const defaultAnswerWithinMs = 1000;

const backOff: BackOff = { firstMs: 100, longestMs: 1000 };

const toImpatient = (answerWithinMs: number) => ({
  lazyConnect: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  connectTimeout: answerWithinMs,
  commandTimeout: answerWithinMs,
  // A machine that died closes no connection, and TCP would take a quarter of an hour to notice.
  socketTimeout: 2 * answerWithinMs,
  disconnectTimeout: answerWithinMs,
  disableClientInfo: true,
});

const pauseMs = (attempt: number): number => backOffMs(backOff, attempt);

/**
 * Creates a client that reconnects automatically, with a function that converts errors of its calls.
 * @param onFault - receives each new cause of a failed connection
 */
export function createRedisClient(
  config: RedisConfig,
  onFault: (cause: string | null) => void = () => {},
  answerWithinMs = defaultAnswerWithinMs,
) {
  const client = config.url.use((url) => connectTo(config, new URL(url), answerWithinMs));
  let fault: unknown = null;
  let known: string | null | undefined;
  client.on('ready', () => {
    fault = null;
    known = undefined;
  });
  // An `error` event without a listener would end the process.
  client.on('error', (error) => {
    fault = error;
    const cause = findCause(error);
    if (cause === known) return;
    known = cause;
    onFault(cause);
  });
  return {
    client,
    /** Runs a call. While there is no connection, the error names why, as the call's own error does not. */
    async orUnavailable<T>(work: () => Promise<T>): Promise<T> {
      try {
        return await work();
      } catch (error) {
        if (error instanceof FaceError) throw error;
        const why = client.status === 'ready' || fault === null ? error : fault;
        // The error of a failed connection is dropped, because it contains the password.
        throw new FaceError('state_unavailable', { cause: findCause(why) }, { cause: error });
      }
    },
  };
}

function connectTo({ sentinel, cluster }: RedisConfig, url: URL, answerWithinMs: number): Redis | Cluster {
  const impatient = toImpatient(answerWithinMs);
  const seed = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 6379) };
  const tls = url.protocol === 'rediss:' ? {} : undefined;
  const options = {
    ...impatient,
    username: decodeURIComponent(url.username) || undefined,
    password: decodeURIComponent(url.password) || undefined,
    db: Number(url.pathname.slice(1) || 0),
    tls,
  };
  if (cluster !== null) {
    return new Cluster([seed, ...cluster], {
      lazyConnect: true,
      enableOfflineQueue: false,
      clusterRetryStrategy: pauseMs,
      // Writes are idempotent, so the client may retry them at another node.
      retryDelayOnFailover: 100,
      maxRedirections: 4,
      slotsRefreshTimeout: answerWithinMs,
      // Host names are not resolved here, because TLS compares them with the certificate.
      dnsLookup: tls && ((name, done) => done(null, name)),
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
    sentinelCommandTimeout: answerWithinMs,
    sentinelPassword: password?.use((text) => text),
    enableTLSForSentinelMode: tls !== undefined,
    sentinelTLS: tls,
  });
}

/**
 * Reads the settings of each master.
 * @throws `state_unavailable` if a master does not respond
 */
export async function readRedisSettings(config: RedisConfig) {
  const { client, orUnavailable } = createRedisClient(config);
  try {
    return await orUnavailable(async () => {
      await client.connect();
      const masters = 'nodes' in client ? client.nodes('master') : [client];
      const servers = await Promise.all(masters.map(readSettings));
      return { servers, mayKeepLedger: await mayKeepLedger(client, config), date: await readDate(client) };
    });
  } finally {
    client.disconnect();
  }
}

/** Returns the clock of a server, as an HTTP date; `null` if this user may not read it. */
const readDate = (client: Redis | Cluster): Promise<string | null> =>
  client.time().then(
    ([seconds]) => toDate(epochMs(Number(seconds) * 1000)).toUTCString(),
    () => null,
  );

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

async function readSettings(server: Redis) {
  const parts = ['memory', 'persistence', 'replication', 'cluster'] as const;
  const [memory, persistence, replication, cluster] = await Promise.all(parts.map((part) => server.info(part)));
  const read = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(memory)?.[1] ?? 0);
  return {
    isReplica: /^role:slave/m.test(replication),
    isFull: read('maxmemory') > 0 && read('used_memory') >= read('maxmemory'),
    isCluster: /^cluster_enabled:1/m.test(cluster),
    maxmemoryPolicy: /^maxmemory_policy:(\S+)/m.exec(memory)?.[1] ?? 'unknown',
    appendOnly: /^aof_enabled:1/m.test(persistence),
  };
}
