import { Cluster, Redis } from 'ioredis';
import type { RedisConfig } from '../config/state.js';

const connectTimeoutMs = 1000;

/** A smaller value would mistake load of this process for an outage. */
const commandTimeoutMs = 1000;

/** A dead machine closes no connection, and TCP takes a quarter of an hour to give up. */
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
      // Writes are idempotent, so they can be retried at the next node.
      retryDelayOnFailover: 100,
      maxRedirections: 4,
      slotsRefreshTimeout: connectTimeoutMs,
      // Certificates contain host names, so addresses are not resolved here.
      ...(tls === undefined ? {} : { dnsLookup: (name, done) => done(null, name) }),
      redisOptions: options,
    });
  }
  const alone = {
    ...options,
    retryStrategy: pauseMs,
    // After a failover, finds the new master. Redis 6.2 puts a script's error at the end of the message.
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
