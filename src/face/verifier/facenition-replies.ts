import { errors } from 'undici';
import { z } from 'zod';
import type { JsonObject } from '../../core/base/json.js';
import { measurementGuard } from '../../core/measurement.js';
import { FaceError, type FaceErrorCode, faceErrorCodes, photoCodes } from '../../errors.js';
import { tokenShape } from './facenition-token.js';

export interface Failure {
  readonly error: FaceError;
  /** True if the service is at fault. Several such failures open the circuit breaker. */
  readonly isOutage: boolean;
  /**
   * `always` if nothing was sent. `if_repeatable` if the service may have processed the call, so that only calls
   * without effect are repeated. `never` if a retry would not help.
   */
  readonly repeat: 'always' | 'if_repeatable' | 'never';
}

/** Refusals that concern the caller's picture or token and are returned to the caller. */
const toldOn = [
  ...photoCodes,
  'request_malformed',
  'body_too_large',
  'face_mismatch',
  'token_malformed',
  'token_expired',
  'token_revoked',
  'token_key_retired',
  'locked_out',
] as const satisfies readonly FaceErrorCode[];

const refusalGuard = z.object({ ok: z.literal(false), code: z.string().optional() });

const codedErrorGuard = z.object({ code: z.string().regex(/^[A-Z][A-Z0-9_]{1,63}$/) });

/** Statuses of a proxy, or of the service before it began the work. */
const passingStatuses = [502, 503, 504];

/** Statuses that mean a faulty request (RFC 9110, section 15.5). */
const contentStatuses = [400, 413, 415, 422];

const isBroken = (cause: unknown): boolean =>
  cause instanceof errors.HTTPParserError ||
  cause instanceof errors.ResponseExceededMaxSizeError ||
  cause instanceof errors.HeadersOverflowError;
const isSlow = (cause: unknown): boolean =>
  cause instanceof errors.HeadersTimeoutError || cause instanceof errors.BodyTimeoutError;

/**
 * Converts a failed exchange: `upstream_malformed` for a violation of HTTP or the size limit, otherwise
 * `upstream_unavailable`. Only the code of the cause is used, because parser errors contain data.
 * @param wasSent - true if any byte may have been sent
 */
export function toTransportFailure(
  cause: unknown,
  { endpoint, wasSent, isPastDeadline }: { endpoint: string; wasSent: boolean; isPastDeadline: boolean },
): Failure {
  const parsed = codedErrorGuard.safeParse(cause);
  const reason = isPastDeadline ? 'deadline' : parsed.success ? parsed.data.code : 'connection';
  const code = isBroken(cause) && !isPastDeadline ? 'upstream_malformed' : 'upstream_unavailable';
  const error = new FaceError(code, { endpoint, reason });
  // A retry would not help a slow service.
  if (isPastDeadline || isSlow(cause) || isBroken(cause)) return { error, isOutage: true, repeat: 'never' };
  return { error, isOutage: true, repeat: wasSent ? 'if_repeatable' : 'always' };
}

/**
 * Converts an error response by its code. Redirects are not followed, because photos and token would go to another
 * address. A refusal without a code is `request_malformed`, which counts as a failed attempt.
 */
export function toAnswerFailure(
  { status, body, retryAfterSec }: { status: number; body: unknown; retryAfterSec: number | null },
  endpoint: string,
): Failure {
  const detail = { endpoint, status };
  if (status >= 500) {
    const repeat = passingStatuses.includes(status) ? 'if_repeatable' : 'never';
    return { error: new FaceError('upstream_unavailable', detail), isOutage: true, repeat };
  }
  if (status < 400) return { error: new FaceError('upstream_malformed', detail), isOutage: true, repeat: 'never' };
  const refusal = refusalGuard.safeParse(body);
  const error = refusal.success
    ? toRefusal(refusal.data.code, status, retryAfterSec, detail)
    : new FaceError('upstream_malformed', detail);
  return { error, isOutage: false, repeat: 'never' };
}

function toRefusal(
  remoteCode: string | undefined,
  status: number,
  retryAfterSec: number | null,
  detail: JsonObject,
): FaceError {
  const told = toldOn.find((each) => each === remoteCode);
  if (told === 'locked_out' && retryAfterSec !== null) return new FaceError(told, { ...detail, retryAfterSec });
  if (told !== undefined) return new FaceError(told, detail);
  if (remoteCode === undefined && contentStatuses.includes(status)) return new FaceError('request_malformed', detail);
  // An unknown code is foreign text and must not be logged.
  const known = faceErrorCodes.find((each) => each === remoteCode) ?? 'unknown';
  return new FaceError('upstream_unavailable', { ...detail, code: known });
}

/* Guards of the response fields used here. Undocumented fields follow this project's own server (`/openapi.json`). */

const ok = z.literal(true);

/** A token that does not fit the profile attribute counts as malformed. */
export const generateReply = z.object({
  ok,
  token: z.string().regex(tokenShape),
  engine: z.string().min(1).max(64).default('facenition'),
});

export const authenticateReply = z.object({ ok, authenticated: z.boolean() });

export const scoreReply = z.object({
  ok,
  authenticated: z.boolean(),
  score: z.number().min(-1).max(1).nullish(),
  threshold: z.number().min(-1).max(1),
});

const comparisonFields = { score: z.number().min(-1).max(1), match: z.boolean() };

export const matchReply = z.object({ ok, ...comparisonFields });

const noComparison = z.object({ score: z.null(), match: z.literal(false), code: z.enum(photoCodes) });

export const matchBulkReply = z.object({ ok, results: z.array(z.union([z.object(comparisonFields), noComparison])) });

export const consistencyReply = z.object({
  ok,
  consistent: z.boolean(),
  outliers: z.array(z.int().min(0)),
  unusable: z.array(z.object({ index: z.int().min(0), code: z.enum(photoCodes) })).default([]),
});

const lengthPx = z.number().min(0);

export const detectReply = z.object({
  ok,
  widthPx: lengthPx,
  heightPx: lengthPx,
  faces: z.array(
    z.object({
      box: z.object({ x: z.number(), y: z.number(), width: lengthPx, height: lengthPx }),
      confidence: z.number().min(0).max(1),
    }),
  ),
});

export const screeningReply = z.object({
  ok,
  pass: z.boolean(),
  reasons: z.array(z.string()),
  measurements: z.array(measurementGuard),
});
