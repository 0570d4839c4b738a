import { Cluster, Redis } from 'ioredis';
import type { RedisConfig } from '../config/state.js';

const connectTimeoutMs = 1000;

/** Hooks have a deadline of their own; less than this would take a busy moment of this process for one of the server. */
const commandTimeoutMs = 1000;

/**
 * A server whose machine is gone ends no connection, and the system gives one up after a quarter of an hour: until then nobody
 * would ask the sentinels who is the master now.
 */
const longestSilenceMs = 2 * commandTimeoutMs;

const longestPauseMs = 1000;

/** Nothing waits for a server that is away: whoever asks is told at once. */
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

/** A client of the configured servers, which connects again by itself for as long as it is open. */
export function createRedisClient(config: RedisConfig): Redis | Cluster {
  const client = config.url.use((url) => connectTo(config, new URL(url)));
  // What went wrong is told to whoever asked for something; an error event without a listener would end the process.
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
      // Writes know themselves when they come twice, so what a failing node had may be asked of the next.
      retryDelayOnFailover: 100,
      maxRedirections: 4,
      slotsRefreshTimeout: connectTimeoutMs,
      // A certificate has the name, and not the address that it would be looked up for here.
      ...(tls === undefined ? {} : { dnsLookup: (name, done) => done(null, name) }),
      redisOptions: options,
    });
  }
  const alone = {
    ...options,
    retryStrategy: pauseMs,
    // A master that became a replica: ask anew who is the master. Redis 6.2 says of a script what went wrong at the end.
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
