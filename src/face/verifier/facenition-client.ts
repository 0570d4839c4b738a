import { Readable } from 'node:stream';
import { Pool } from 'undici';
import type { z } from 'zod';
import { parseJson } from '../../core/base/json.js';
import type { Ports } from '../../core/deps.js';
import type { Random } from '../../core/ports.js';
import { type BackOff, backOffMs, createBreaker, parseRetryAfterMs, pause } from '../../core/resilience.js';
import type { Credential, Photo } from '../../core/secrets.js';
import type { EpochMs } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { createConnector } from '../../network/connector.js';
import { type Failure, toAnswerFailure, toTransportFailure } from './facenition-replies.js';

/** A form field. Each photo repeats the field; names are constants. */
export type FormField =
  | { readonly name: string; readonly text: string }
  | { readonly name: string; readonly text?: undefined; readonly photos: readonly Photo[] };

const signatures = [
  { type: 'image/jpeg', name: 'photo.jpg', at: 0, bytes: [0xff, 0xd8, 0xff] },
  { type: 'image/png', name: 'photo.png', at: 0, bytes: [0x89, 0x50, 0x4e, 0x47] },
  { type: 'image/webp', name: 'photo.webp', at: 8, bytes: [0x57, 0x45, 0x42, 0x50] },
] as const;

const unknownType = { type: 'application/octet-stream', name: 'photo' } as const;

const typeOf = (photo: Photo): { readonly type: string; readonly name: string } =>
  photo.use(
    (pixels) =>
      signatures.find(({ at, bytes }) => bytes.every((byte, index) => pixels[at + index] === byte)) ?? unknownType,
  );

/**
 * Creates `multipart/form-data` (RFC 7578). The boundary is random, because a picture that contains the boundary could
 * add fields.
 */
export function createMultipartBody(fields: readonly FormField[], random: Random) {
  const boundary = `facestep-${Buffer.from(random(24)).toString('base64url')}`;
  const encoder = new TextEncoder();
  const parts: (Uint8Array | Photo)[] = [];
  for (const field of fields) {
    const open = `--${boundary}\r\nContent-Disposition: form-data; name="${field.name}"`;
    if (field.text !== undefined) {
      parts.push(encoder.encode(`${open}\r\n\r\n${field.text}\r\n`));
      continue;
    }
    for (const photo of field.photos) {
      const { type, name } = typeOf(photo);
      parts.push(encoder.encode(`${open}; filename="${name}"\r\nContent-Type: ${type}\r\n\r\n`));
      parts.push(photo, encoder.encode('\r\n'));
    }
  }
  parts.push(encoder.encode(`--${boundary}--\r\n`));
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    lengthBytes: parts.reduce((sum, part) => sum + (part instanceof Uint8Array ? part.length : part.sizeBytes), 0),
    *chunks() {
      for (const part of parts) yield part instanceof Uint8Array ? part : part.use((bytes) => bytes);
    },
  };
}

/**
 * Endpoints whose calls may be repeated even if the service has received them. Verifying counts an attempt, and
 * enrolling creates a token, so these are not repeated.
 */
const isRepeatable = {
  generate: false,
  authenticate: false,
  'authenticate-score': false,
  match: true,
  'match-bulk': true,
  'consistency-check': true,
  detect: true,
  quality: true,
  liveness: true,
} as const satisfies Record<string, boolean>;

export type Endpoint = keyof typeof isRepeatable;

/** Timeouts of a call. `total` includes retries. */
export interface Timeouts {
  readonly connectMs: number;
  /** Time from the last byte of the request to the end of the response headers. */
  readonly headersMs: number;
  readonly bodyMs: number;
  readonly totalMs: number;
}

export interface ClientOptions extends Ports<'clock' | 'random' | 'log'> {
  readonly url: string;
  readonly token: Credential;
  readonly timeouts?: Timeouts;
}

const defaultTimeouts: Timeouts = { connectMs: 2000, headersMs: 8000, bodyMs: 4000, totalMs: 10_000 };

/** Far more than a hundred comparisons, which have 4 KB. */
const replyLimitBytes = 256 * 1024;
const connections = 16;
/** Includes calls that wait for a connection. */
const callsLimit = 64;
const attemptsLimit = 3;
const backOff: BackOff = { firstMs: 100, longestMs: 1000 };
const outagesToOpen = 5;
const coolDownMs = 10_000;
const evidenceMs = 5000;

interface Answer {
  readonly error?: undefined;
  readonly status: number;
  readonly body: unknown;
  readonly retryAfterSec: number | null;
}

/** Creates a client with its own keep-alive pool and circuit breaker. */
export function createFacenitionClient(options: ClientOptions) {
  const { token, clock, random, log, timeouts = defaultTimeouts } = options;
  const { origin, pathname } = new URL(options.url);
  const basePath = pathname.replace(/\/+$/, '');
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    // Set explicitly, because NODE_TLS_REJECT_UNAUTHORIZED could otherwise disable the verification of certificates.
    connect: createConnector({ timeout: timeouts.connectMs, rejectUnauthorized: true }),
    headersTimeout: timeouts.headersMs,
    bodyTimeout: timeouts.bodyMs,
    maxResponseSize: replyLimitBytes,
  });
  const breaker = createBreaker({
    clock,
    outagesToOpen,
    coolDownMs,
    onChange: (state) => log.warn('face service circuit breaker changed state', { state }),
  });
  let calls = 0;

  const send = async (
    endpoint: Endpoint,
    { contentType, lengthBytes, chunks }: ReturnType<typeof createMultipartBody>,
    signal: AbortSignal,
  ): Promise<Answer | Failure> => {
    let wasSent = false;
    const track = function* () {
      // When the first chunk is requested, the connection exists, so bytes may have been sent from here on.
      wasSent = true;
      yield* chunks();
    };
    const headers = token.use((text) => ({
      'x-auth-token': text,
      'x-api-version': '2',
      accept: 'application/json',
      'content-type': contentType,
      'content-length': String(lengthBytes),
    }));
    try {
      const body = Readable.from(track());
      const reply = await pool.request({ path: `${basePath}/${endpoint}`, method: 'POST', headers, body, signal });
      const text = await reply.body.text();
      const waitMs = parseRetryAfterMs((name) => [reply.headers[name]].flat()[0] ?? null);
      return {
        status: reply.statusCode,
        body: parseJson(text),
        retryAfterSec: waitMs === null ? null : waitMs / 1000,
      };
    } catch (cause) {
      return toTransportFailure(cause, { endpoint, wasSent, isPastDeadline: signal.aborted });
    }
  };

  const attempt = async (endpoint: Endpoint, fields: readonly FormField[], signal: AbortSignal) => {
    const body = createMultipartBody(fields, random);
    const permit = breaker.enter();
    if (permit === null) {
      const error = new FaceError('upstream_unavailable', { endpoint, reason: 'circuit_open' });
      return { error, isOutage: false, repeat: 'never' } satisfies Failure;
    }
    const outcome = await send(endpoint, body, signal);
    const result = outcome.error !== undefined || isSuccess(outcome) ? outcome : toAnswerFailure(outcome, endpoint);
    permit.report(result.error !== undefined && result.isOutage ? 'outage' : 'answered');
    return result;
  };

  const attemptAgain = async (endpoint: Endpoint, fields: readonly FormField[], signal: AbortSignal) => {
    for (let attempts = 1; ; attempts += 1) {
      const result = await attempt(endpoint, fields, signal);
      if (result.error === undefined) return result;
      const mayRepeat = result.repeat === 'always' || (result.repeat === 'if_repeatable' && isRepeatable[endpoint]);
      if (!mayRepeat || attempts === attemptsLimit) throw result.error;
      log.info('face service request retried', { endpoint, attempts });
      await pause(backOffMs(backOff, attempts, random), signal);
      if (signal.aborted) throw result.error;
    }
  };

  /** @throws `upstream_unavailable`, `upstream_malformed`, `overloaded`, `request_malformed`; refusals of the service */
  const call = async <T>(
    endpoint: Endpoint,
    fields: readonly FormField[],
    guard: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<T> => {
    if (calls >= callsLimit) throw new FaceError('overloaded');
    calls += 1;
    try {
      const { body, status } = await attemptAgain(endpoint, fields, signal);
      const parsed = guard.safeParse(body);
      if (parsed.success) return parsed.data;
      const issues = parsed.error.issues.map(({ code, path }) => ({ code: String(code), path: path.map(String) }));
      throw new FaceError('upstream_malformed', { endpoint, status, issues });
    } finally {
      calls -= 1;
    }
  };
  /** Returns a signal that aborts after the time limit of a whole call. */
  const newDeadline = (): AbortSignal => AbortSignal.timeout(timeouts.totalMs);

  // The API has no health endpoint. A working service refuses this empty verification as malformed, without counting an
  // attempt.
  const probe = async (): Promise<boolean> => {
    const result = await attempt('authenticate', [], newDeadline());
    return result.error?.code === 'request_malformed' || result.error?.code === 'photo_missing';
  };
  let evidence: { readonly at: EpochMs; readonly ready: Promise<boolean> } | null = null;
  /** Returns true if the service works. The service is asked at most once in five seconds. */
  const isReady = (): Promise<boolean> => {
    const now = clock.now();
    const ageMs = evidence === null ? evidenceMs : now - evidence.at;
    if (evidence === null || ageMs >= evidenceMs || ageMs < 0) evidence = { at: now, ready: probe() };
    return evidence.ready;
  };

  let closing: Promise<void> | null = null;
  /** Waits for running calls, up to their deadlines. */
  const close = (): Promise<void> => {
    closing ??= pool.close();
    return closing;
  };

  return { call, newDeadline, isReady, close };
}

const isSuccess = ({ status, body }: Answer): boolean => status >= 200 && status < 300 && body !== undefined;
