import type { AuditAction } from '../core/audit-events.js';

/**
 * Whether an event must be on the disk before whoever caused it is answered: what is held of people, and who may do what.
 * The others (checks, which are many) follow within a second.
 */
export const isDurable = {
  enrolment_begun: true,
  enrolled: true,
  enrolment_refused: false,
  enrolment_recovered: true,
  renewed: true,
  verified: false,
  verification_refused: false,
  locked_out: false,
  revoked: true,
  step_up_started: false,
  consent_given: true,
  consent_relied_on: false,
  consent_withdrawn: true,
  subject_exported: true,
  subject_erased: true,
  lockout_cleared: true,
  liveness_judged: false,
  handed_off: false,
  hand_off_refused: false,
  step_up_abandoned: false,
  hook_decided: false,
  receipt_issued: false,
  receipt_redeemed: false,
  client_token_issued: true,
  client_token_revoked: true,
  application_registered: true,
  application_changed: true,
  application_removed: true,
  administrator_added: true,
  administrator_removed: true,
  brand_changed: true,
  configuration_loaded: true,
  key_made: true,
  key_retired: true,
  store_replaced: true,
  records_removed: true,
} as const satisfies Record<AuditAction, boolean>;
