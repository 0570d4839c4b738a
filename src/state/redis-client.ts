import { Cluster, Redis } from 'ioredis';
import type { RedisConfig } from '../config/state.js';

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
