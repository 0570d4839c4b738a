import { z } from 'zod';
import type { AuditAction } from '../audit-events.js';

/** Actions in the log, with true for checks and enrolments of people. */
const logged = {
  enrolment_begun: false,
  enrolled: true,
  enrolment_refused: true,
  enrolment_recovered: true,
  renewed: true,
  verified: true,
  verification_refused: true,
  roster_searched: false,
  locked_out: true,
  revoked: true,
  step_up_started: true,
  document_signed: true,
  action_approved: true,
  action_declined: true,
  consent_given: true,
  consent_relied_on: false,
  consent_withdrawn: true,
  data_consent_given: true,
  data_consent_withdrawn: true,
  identities_linked: true,
  identities_unlinked: true,
  counter_told: true,
  credential_issued: true,
  credential_ended: true,
  organisation_chosen: true,
  not_me_reported: true,
  notices_chosen: false,
  new_place_seen: true,
  subject_exported: true,
  own_page_opened: true,
  known_places_forgotten: false,
  subject_erased: true,
  lockout_cleared: true,
  liveness_judged: true,
  handed_off: false,
  hand_off_refused: true,
  step_up_abandoned: true,
  hook_decided: true,
  code_sent: true,
  another_way_passed: true,
  another_way_refused: true,
  recovery_codes_made: true,
  bypass_issued: true,
  bypass_approved: true,
  vouching_begun: true,
  vouched: true,
  help_asked: true,
  help_taken: false,
  help_settled: true,
  receipt_issued: false,
  receipt_redeemed: false,
  client_token_issued: false,
  client_token_revoked: false,
  application_registered: false,
  application_changed: false,
  application_removed: false,
  application_requested: false,
  application_request_answered: false,
  application_request_withdrawn: false,
  application_key_handed_over: false,
  application_owner_added: false,
  application_owner_removed: false,
  application_terms_changed: false,
  administrator_added: false,
  administrator_removed: false,
  console_signed_in: false,
  console_sign_in_refused: false,
  console_signed_out: false,
  brand_changed: false,
  campaign_planned: false,
  campaign_started: false,
  campaign_stopped: false,
  campaign_resumed: false,
  campaign_reminded: false,
  campaign_worded: false,
  campaign_bounces_noted: false,
  invitation_sent: true,
  configuration_loaded: false,
  connection_apply_begun: false,
  connection_apply_ended: false,
  connection_mode_switched: false,
  connection_mode_settled: false,
  doctor_asked: false,
  trail_verified: false,
  key_rotated: false,
  key_destroyed: false,
  key_made: false,
  key_retired: false,
  store_replaced: false,
  records_removed: false,
} as const satisfies Record<AuditAction, boolean>;

export type LoggedAction = {
  [Action in AuditAction]: (typeof logged)[Action] extends true ? Action : never;
}[AuditAction];

export const isLogged = (action: AuditAction): action is LoggedAction => logged[action];

const names = Object.keys(logged).filter((name): name is AuditAction => name in logged);

export const loggedActions: readonly LoggedAction[] = names.filter(isLogged);

/** `let_through`: no face was verified, but the connection allows the sign-in. */
export const outcomes = ['passed', 'refused', 'let_through', 'noted'] as const;
export type LineOutcome = (typeof outcomes)[number];

/** Stored form of a line. `null` and empty fields are omitted. */
const lineGuard = z.object({
  connection: z.string(),
  subject: z.string().nullable().default(null),
  action: z.enum(loggedActions),
  outcome: z.enum(outcomes),
  code: z.string().nullable().default(null),
  reasons: z.array(z.string()).readonly().default([]),
  application: z.string().nullable().default(null),
  hook: z.string().nullable().default(null),
  by: z.string().nullable().default(null),
  requestId: z.string().nullable().default(null),
  stepUpId: z.string().nullable().default(null),
  network: z.string().nullable().default(null),
  seconds: z.int().nullable().default(null),
});

/** A line of the log. It has ids only, but no name, login or face data. */
export interface LogLine extends Readonly<z.output<typeof lineGuard>> {
  /**
   * Consists of time, hash chain and number in the chain. Later lines have greater ids. A rebuilt log has the same ids.
   */
  readonly id: string;
}

export function serializeLine({ id: _, ...line }: LogLine): string {
  const told = Object.entries(line).filter(([, value]) => value !== null && value !== '' && !isEmpty(value));
  return JSON.stringify({ connection: line.connection, ...Object.fromEntries(told) });
}

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

export const parseLine = (id: string, text: string): LogLine => ({ id, ...lineGuard.parse(JSON.parse(text)) });
