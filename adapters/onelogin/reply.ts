import type { HookDecision } from '../../src/core/decide.js';
import type { FaceErrorCode } from '../../src/errors.js';
import type { RawReply } from '../adapter.js';
import type { OneLoginSettings, SmartHookType } from './schema.js';

/*
 * Our own Smart Hook reads the reply. Whoever types a name can tell what it does with it, so nothing but the decision is
 * in it: the reason, the user and the enrolment are not.
 */

/** `step_up` assigns the face policy, `deny` ends the sign-in before the password. */
export type Decision = 'allow' | 'step_up' | 'deny';

const decide = (decision: Decision): RawReply => ({ status: 200, body: { decision } });

/** Not our Smart Hook: it would read the decision like any other, so it gets none. */
const untrusted: RawReply = { status: 401, body: null };

/** What a sign-in gets that has no finished face check. Nobody is migrated without one. */
export const toUnverified = (type: SmartHookType, { unverified }: Pick<OneLoginSettings, 'unverified'>): Decision =>
  type === 'pre-authentication' && unverified === 'face_policy' ? 'step_up' : 'deny';

/** Lets the sign-in through, to the normal policy. */
export const passSignIn: RawReply = decide('allow');

/**
 * The decision as the Smart Hook reads it. A user who is migrated has no claim that somebody could look for later, so
 * without a face check the answer to that is always no, except in shadow mode.
 */
export function toDecisionReply(type: SmartHookType, decision: HookDecision, unverified: Decision): RawReply {
  if (decision.outcome === 'verified' || decision.fallback === 'pass') return passSignIn;
  return decision.fallback === 'omit_claim' && type === 'pre-authentication' ? passSignIn : decide(unverified);
}

const refusals = {
  request_malformed: 'unverified',
  field_unknown: 'unverified',
  body_too_large: 'unverified',
  photo_missing: 'unverified',
  photo_too_many: 'unverified',
  photo_too_few: 'unverified',
  not_found: 'unverified',
  method_not_allowed: 'unverified',
  photo_invalid: 'unverified',
  photo_too_large: 'unverified',
  photo_too_small: 'unverified',
  photo_animated: 'unverified',
  face_none: 'unverified',
  face_many: 'unverified',
  face_too_small: 'unverified',
  face_unclear: 'unverified',
  caller_untrusted: 'untrusted',
  scope_missing: 'unverified',
  role_missing: 'unverified',
  quota_exceeded: 'unverified',
  name_taken: 'unverified',
  limit_reached: 'unverified',
  code_wrong: 'unverified',
  contact_unverified: 'unverified',
  token_malformed: 'unverified',
  token_expired: 'unverified',
  token_revoked: 'unverified',
  token_key_retired: 'unverified',
  enrolment_changed: 'unverified',
  consent_missing: 'unverified',
  face_mismatch: 'unverified',
  liveness_low: 'unverified',
  locked_out: 'unverified',
  step_up_unknown: 'unverified',
  step_up_finished: 'unverified',
  step_up_opened: 'unverified',
  challenge_needed: 'unverified',
  challenge_wrong: 'unverified',
  secret_missing: 'unverified',
  secret_weak: 'unverified',
  face_not_verified: 'unverified',
  receipt_invalid: 'unverified',
  event_out_of_time: 'unverified',
  connection_unknown: 'unverified',
  overloaded: 'unverified',
  upstream_unavailable: 'unverified',
  upstream_malformed: 'unverified',
  profile_unavailable: 'unverified',
  provider_refused: 'unverified',
  subject_unknown: 'unverified',
  delivery_failed: 'unverified',
  state_unavailable: 'unverified',
  key_service_unavailable: 'unverified',
  backup_invalid: 'unverified',
  sealed_file_invalid: 'unverified',
  accuracy_not_offered: 'unverified',
  config_invalid: 'unverified',
  model_missing: 'unverified',
  model_altered: 'unverified',
  model_unfit: 'unverified',
  parameters_altered: 'unverified',
  internal: 'unverified',
} as const satisfies Record<FaceErrorCode, 'unverified' | 'untrusted'>;

/** A refusal, which is what an unverified sign-in gets: the two cannot be told apart. */
export const toRefusal = (code: FaceErrorCode, unverified: Decision): RawReply =>
  refusals[code] === 'untrusted' ? untrusted : decide(unverified);
