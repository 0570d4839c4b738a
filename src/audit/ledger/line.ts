import { z } from 'zod';
import type { AuditAction } from '../../core/audit-events.js';

/** Actions in the log, about checks and enrolments of people. */
export const loggedActions = [
  'enrolled',
  'enrolment_refused',
  'enrolment_recovered',
  'renewed',
  'verified',
  'verification_refused',
  'locked_out',
  'revoked',
  'step_up_started',
  'document_signed',
  'action_approved',
  'action_declined',
  'consent_given',
  'consent_withdrawn',
  'data_consent_given',
  'data_consent_withdrawn',
  'identities_linked',
  'identities_unlinked',
  'counter_told',
  'credential_issued',
  'credential_ended',
  'organisation_chosen',
  'not_me_reported',
  'new_place_seen',
  'subject_exported',
  'own_page_opened',
  'subject_erased',
  'lockout_cleared',
  'liveness_judged',
  'hand_off_refused',
  'step_up_abandoned',
  'hook_decided',
  'code_sent',
  'another_way_passed',
  'another_way_refused',
  'recovery_codes_made',
  'bypass_issued',
  'bypass_approved',
  'vouching_begun',
  'vouched',
  'help_asked',
  'help_settled',
  'invitation_sent',
] as const satisfies readonly AuditAction[];
export type LoggedAction = (typeof loggedActions)[number];

export const isLogged = (action: AuditAction): action is LoggedAction => loggedActions.some((each) => each === action);

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
