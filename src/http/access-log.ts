import type { IncomingMessage, ServerResponse } from 'node:http';
import proxyAddr from 'proxy-addr';
import type { Ports } from '../core/deps.js';
import { keptNetworkOf, toSource } from '../core/networks.js';
import type { Random } from '../core/ports.js';
import type { EpochMs } from '../core/units.js';
import { FaceError, toCode } from '../errors.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import type { RefusedCalls } from './refused-calls.js';

const source = Symbol('source');

const notes = Symbol('notes');

/** Details of the log line that only the route knows. */
interface Notes {
  route?: string;
  refusal?: unknown;
  /** Names from the configuration. */
  caller?: Readonly<Record<string, string>>;
}

// Properties, because WeakMaps with a key for each request slow garbage collection down: a hook call takes 1.2 times
// the processor time.
declare module 'http' {
  interface IncomingMessage {
    [source]?: string;
  }
  interface ServerResponse {
    [notes]?: Notes;
  }
}

/**
 * Determines and remembers the address a request comes from.
 * @param proxyHops - number of trusted reverse proxies that set `X-Forwarded-For`
 */
export function noteSource(request: IncomingMessage, proxyHops: number): string {
  // The library reads `X-Forwarded-For` also without trusted proxies.
  const remote = proxyHops === 0 ? request.socket.remoteAddress : proxyAddr(request, (_, hop) => hop < proxyHops);
  const address = toSource(remote);
  request[source] = address;
  return address;
}

export const sourceOf = (request: IncomingMessage): string => request[source] ?? toSource(request.socket.remoteAddress);

/**
 * Creates the id of a request: 24 hexadecimal digits, of which the first 12 are the time in milliseconds. Later ids are
 * greater, so that an index of them is appended to, which costs the decision log a third less.
 */
const newRequestId = (time: EpochMs, random: Random): string =>
  Math.max(0, time).toString(16).padStart(12, '0').slice(-12) + Buffer.from(random(6)).toString('hex');

/** Returns the request id, which callers cannot choose. */
export function requestIdOf(response: ServerResponse): string {
  return String(response.getHeader('X-Request-Id') ?? '');
}

interface AccessLogDeps extends Ports<'clock' | 'random' | 'log'> {
  readonly refusedCalls: RefusedCalls;
  readonly telemetry: Telemetry;
  /** Number of trusted proxies. If 0, trace ids of callers are ignored. */
  readonly proxyHops: number;
}

/**
 * Creates the access log: one line per request. URL, query, headers and body are never logged, because they contain
 * ids, tokens and faces.
 */
export function createAccessLog({ clock, random, log, telemetry, proxyHops, refusedCalls }: AccessLogDeps) {
  return (request: Routed, response: ServerResponse, answer: () => void): void => {
    const startedAt = clock.now();
    const requestId = newRequestId(startedAt, random);
    response.setHeader('X-Request-Id', requestId);
    const traceparent = proxyHops > 0 ? request.headersDistinct.traceparent?.join(', ') : undefined;
    const network = keptNetworkOf(noteSource(request, proxyHops));
    const userAgent = request.headers['user-agent'] ?? null;
    const followed = telemetry.followRequest({ requestId, traceparent, network, userAgent });
    response.once('close', () => {
      const { route: noted, refusal, caller } = response[notes] ?? {};
      const path = noted ?? request.route?.path;
      const route = typeof path === 'string' ? path : 'none';
      const code = refusal === undefined ? null : toCode(refusal);
      const reason = refusal instanceof FaceError ? refusal.detail : null;
      const method = request.method ?? '';
      const status = response.headersSent ? response.statusCode : null;
      if (code !== null) refusedCalls.note(requestId, { at: startedAt, method, route, status, code });
      followed.run(() =>
        log.info('request', {
          requestId,
          method,
          route,
          status,
          durationMs: clock.now() - startedAt,
          ...caller,
          ...(code === null ? {} : { code }),
          ...(reason === null ? {} : { reason }),
          ...(response.writableFinished ? {} : { aborted: true }),
        }),
      );
      followed.end({ method, route, status, refusal });
    });
    followed.run(answer);
  };
}

interface Routed extends IncomingMessage {
  readonly route?: { readonly path?: unknown };
}

function note(response: ServerResponse, more: Notes): void {
  response[notes] = { ...response[notes], ...more };
}

export const noteRoute = (response: ServerResponse, route: string): void => note(response, { route });

export const noteRefusal = (response: ServerResponse, refusal: unknown): void => note(response, { refusal });

/** Sets the names of the caller that the log line contains. They must come from the configuration. */
export function setLoggedCaller(response: ServerResponse, caller: Readonly<Record<string, string>>): void {
  note(response, { caller });
}
