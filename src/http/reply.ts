import type { Response } from 'express';
import { z } from 'zod';
import { FaceError, type FaceErrorCode, publicText, toCode } from '../errors.js';

/**
 * The HTTP status of every refusal. The Facenition API documents 400, 401, 404 and 502; where one of those fits, it is
 * used.
 */
export const statusByCode = {
  request_malformed: 400,
  field_unknown: 400,
  body_too_large: 413,
  accuracy_not_offered: 400,
  photo_missing: 400,
  photo_too_many: 400,
  photo_too_few: 400,
  not_found: 404,
  method_not_allowed: 405,
  photo_invalid: 400,
  photo_too_large: 400,
  photo_too_small: 400,
  photo_animated: 400,
  face_none: 400,
  face_many: 400,
  face_too_small: 400,
  face_unclear: 400,
  caller_untrusted: 401,
  scope_missing: 403,
  role_missing: 403,
  quota_exceeded: 429,
  name_taken: 409,
  limit_reached: 409,
  code_wrong: 401,
  contact_unverified: 403,
  token_malformed: 400,
  token_expired: 400,
  token_revoked: 400,
  token_key_retired: 400,
  enrolment_changed: 409,
  consent_missing: 400,
  face_mismatch: 403,
  liveness_low: 400,
  locked_out: 429,
  step_up_unknown: 404,
  step_up_finished: 409,
  step_up_opened: 409,
  challenge_needed: 403,
  challenge_wrong: 400,
  secret_missing: 400,
  secret_weak: 400,
  face_not_verified: 403,
  receipt_invalid: 400,
  event_out_of_time: 400,
  connection_unknown: 404,
  overloaded: 503,
  upstream_unavailable: 502,
  upstream_malformed: 502,
  profile_unavailable: 502,
  provider_refused: 502,
  subject_unknown: 404,
  delivery_failed: 502,
  state_unavailable: 503,
  key_service_unavailable: 503,
  backup_invalid: 400,
  sealed_file_invalid: 400,
  config_invalid: 500,
  model_missing: 500,
  model_altered: 500,
  model_unfit: 500,
  parameters_altered: 500,
  internal: 500,
} as const satisfies Record<FaceErrorCode, number>;

/** Whether a refusal tells of something wrong on this side, for the log; a full queue is none, and comes in floods. */
export const isFault = (code: FaceErrorCode): boolean => statusByCode[code] >= 500 && code !== 'overloaded';

/** What every refusal looks like on the wire. */
export const refusalGuard = z.strictObject({
  ok: z.literal(false),
  error: z.string().describe('For people. It depends on the code alone.'),
  code: z.string().describe('For programs: stable, listed in docs/errors.md.'),
});

const retryGuard = z.object({ retryAfterSec: z.number().positive() });

/** Without a better hint: a queue is short, an outage of the state store too. */
const defaultRetryAfterSec = 1;

/** Answers with `{ ok: false, error, code }`; says with 429 and 503 when to come back. Detail and cause stay here. */
export function sendRefusal(response: Response, error: unknown): void {
  const code = toCode(error);
  const status = statusByCode[code];
  if (status === 429 || status === 503) {
    const hint = retryGuard.safeParse(error instanceof FaceError ? error.detail : null);
    response.set('Retry-After', String(Math.ceil(hint.success ? hint.data.retryAfterSec : defaultRetryAfterSec)));
  }
  response.status(status).json({ ok: false, error: publicText[code], code } satisfies z.infer<typeof refusalGuard>);
}
