import { errors } from 'undici';
import { z } from 'zod';
import type { JsonObject } from '../base/json.js';
import { FaceError, type FaceErrorCode, faceErrorCodes, photoCodes } from '../errors.js';

/** How one attempt failed, and what that says of the service and of another attempt. */
export interface Failure {
  readonly error: FaceError;
  /** Whether the service, not the request, is at fault: counts towards opening the circuit. */
  readonly isOutage: boolean;
  /**
   * `always`: nothing was sent, so any call may be made again. `if_repeatable`: the service may have done the work, so
   * only calls without an effect there. `never`: the answer would be the same, or later still.
   */
  readonly repeat: 'always' | 'if_repeatable' | 'never';
}

/**
 * Refusals of the service that concern the caller's picture or token and are told on. A closed list: whatever else the
 * service says, such as that our own client token is wrong, is between it and this server.
 */
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

/** Answers by a proxy in front of the service, or by the service before it began the work. */
const passingStatuses = [502, 503, 504];

/** Statuses by which a server refuses the content of a request (RFC 9110, section 15.5). */
const contentStatuses = [400, 413, 415, 422];

const isBroken = (cause: unknown): boolean =>
  cause instanceof errors.HTTPParserError ||
  cause instanceof errors.ResponseExceededMaxSizeError ||
  cause instanceof errors.HeadersOverflowError;
const isSlow = (cause: unknown): boolean =>
  cause instanceof errors.HeadersTimeoutError || cause instanceof errors.BodyTimeoutError;

/**
 * What a failed exchange means: no whole answer is `upstream_unavailable`, one that breaks HTTP or the size limit is
 * `upstream_malformed`. The cause is dropped but for its code: a parser's error carries the bytes it was given.
 * @param wasSent - whether any byte of the request may have left
 */
export function toTransportFailure(
  cause: unknown,
  { endpoint, wasSent, isPastDeadline }: { endpoint: string; wasSent: boolean; isPastDeadline: boolean },
): Failure {
  const parsed = codedErrorGuard.safeParse(cause);
  const reason = isPastDeadline ? 'deadline' : parsed.success ? parsed.data.code : 'connection';
  const code = isBroken(cause) && !isPastDeadline ? 'upstream_malformed' : 'upstream_unavailable';
  const error = new FaceError(code, { endpoint, reason });
  // A service that is slow is not helped by being asked again.
  if (isPastDeadline || isSlow(cause) || isBroken(cause)) return { error, isOutage: true, repeat: 'never' };
  return { error, isOutage: true, repeat: wasSent ? 'if_repeatable' : 'always' };
}

/**
 * What a whole answer that is not a success means. A 5xx is an outage; a 3xx is not followed, as photos and client token
 * would go to an address nobody configured; a 4xx is told on only by its code, and never its text. One without a code,
 * which is all the hosted service sends, blames the content of the request: `request_malformed`, which also counts as a
 * failed attempt, where `upstream_*` would give the attempt back.
 * @param body - the answer as parsed JSON, `undefined` where it is none
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
  // A code that is not one of ours is the service's text, and text of others is not logged.
  const known = faceErrorCodes.find((each) => each === remoteCode) ?? 'unknown';
  return new FaceError('upstream_unavailable', { ...detail, code: known });
}
