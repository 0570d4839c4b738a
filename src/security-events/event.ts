import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { FollowedEvent } from '../audit/follow.js';
import type { SecurityEventName } from '../config/security-events.js';
import type { AuditAction, AuditDetail } from '../core/audit-events.js';
import { epochMsGuard, toEpochSec } from '../core/units.js';
import { FaceError } from '../errors.js';
import { type EventName, eventNames } from './event-names.js';
import type { EventStream } from './stream.js';

/** @see https://openid.net/specs/openid-caep-1_0-final.html */
export const eventTypes = {
  'session-revoked': 'https://schemas.openid.net/secevent/caep/event-type/session-revoked',
  'credential-change': 'https://schemas.openid.net/secevent/caep/event-type/credential-change',
  'user-risk-change': 'https://schemas.okta.com/secevent/okta/event-type/user-risk-change',
} as const satisfies Record<SecurityEventName, string>;

/** Detail of an event. Some values, such as `reason_admin`, must be an object with a text per language. */
const detailGuard = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.object({ en: z.string() })]));
type Detail = z.output<typeof detailGuard>;

/** An event for one stream. Its texts do not contain the user's identifier. */
export const securityEventGuard = z.object({
  name: z.enum(eventNames),
  jti: z.string(),
  txn: z.string(),
  sequence: z.int(),
  connection: z.string(),
  subject: z.string(),
  time: epochMsGuard,
  detail: detailGuard,
  /** True if an anonymous caller caused it, who can cause any number. Missing in queues of earlier versions. */
  isAnonymous: z.boolean().default(false),
});
export type SecurityEvent = z.output<typeof securityEventGuard>;

export function toSecurityEvents(
  record: ReportedRecord,
  stream: EventStream,
  { chain }: { readonly chain: string },
): SecurityEvent[] {
  const { connection, subject, sequence, time, digest } = record;
  const isTold = stream.connections === null || stream.connections.includes(connection);
  if (!isTold || (stream.since !== null && time < stream.since)) return [];
  // A security event names a user.
  if (subject === '' && stream.delivery.kind !== 'webhook') return [];
  return contentsOf(record, stream)
    .filter(({ name }) => stream.events.includes(name))
    .map(({ name, detail, isAnonymous = false }) => {
      const jti = toJti([chain, digest, stream.id, name]);
      const about = { connection, subject: isAnonymous ? '' : subject };
      return { name, jti, txn: `${chain}:${sequence}`, sequence, ...about, time, detail, isAnonymous };
    });
}

const isSecurityEvent = (name: EventName): name is SecurityEventName => Object.hasOwn(eventTypes, name);

/** Returns the type of a security event. @throws `internal` for an event of webhooks */
export function toEventType(name: EventName): string {
  if (!isSecurityEvent(name)) throw new FaceError('internal', { problem: 'no security event' });
  return eventTypes[name];
}

/** Returns the name of the audit log with an event's record: that of another server if the event was taken over. */
export const chainOf = ({ txn }: SecurityEvent): string => txn.slice(0, txn.lastIndexOf(':'));

export const toEventObject = ({ time, detail }: SecurityEvent) => ({ event_timestamp: toEpochSec(time), ...detail });

interface EventContent {
  readonly name: EventName;
  readonly detail: Detail;
  /** True if an anonymous caller may have typed the subject. A passed check proves it, and a ticket names it. */
  readonly isAnonymous?: boolean;
}

const credentialChange = (change: 'create' | 'update' | 'revoke' | 'delete', reason: string): EventContent => ({
  name: 'credential-change',
  detail: { credential_type: 'face', change_type: change, reason_admin: { en: reason } },
});
const sessionRevoked = (reason: string): EventContent => ({
  name: 'session-revoked',
  detail: { reason_admin: { en: reason } },
});

/** Reports a raised risk level. A first lockout raises it only to a lower level, because bad light may be the cause. */
const userRiskChange = (level: number): EventContent => ({
  name: 'user-risk-change',
  detail: {
    previous_level: level === 1 ? 'low' : 'medium',
    current_level: level === 1 ? 'medium' : 'high',
    initiating_entity: 'policy',
    reason_admin: { en: `Face checks failed until the user was locked out (lockout ${level} in a row).` },
  },
});

const finished = (
  outcome: string,
  { stepUpId, application, reference, anonymous, test }: FinishedStepUp,
): readonly EventContent[] => {
  if (stepUpId === undefined) return [];
  const asked = application === undefined ? {} : { application };
  const ticket = reference === undefined ? {} : { reference };
  const marked = test === undefined ? {} : { test };
  const isAnonymous = outcome !== 'passed' && anonymous === true && reference === undefined;
  return [{ name: 'step_up.finished', detail: { outcome, stepUpId, ...asked, ...ticket, ...marked }, isAnonymous }];
};

interface FinishedStepUp {
  /** Absent if a backend checked photos without a step-up. */
  readonly stepUpId?: string | undefined;
  readonly application?: string | undefined;
  readonly reference?: string | undefined;
  readonly anonymous?: true | undefined;
  /** True for a test person. */
  readonly test?: true | undefined;
}

const bothOf = (change: 'revoke' | 'delete', reason: string): readonly EventContent[] => [
  credentialChange(change, reason),
  sessionRevoked(reason),
];

type Reports<Action extends AuditAction> = {
  readonly [Each in Action]: (detail: AuditDetail<Each>) => readonly EventContent[];
};

const toCredentialChange = ({ kind, former }: AuditDetail<'enrolled' | 'enrolment_recovered'>) => {
  // A renewal is not reported, because the same face opens the token.
  if (kind === 'renewal') return [];
  return [
    typeof former === 'string'
      ? credentialChange('update', 'The face enrolment was replaced by another.')
      : credentialChange('create', 'A face was enrolled.'),
  ];
};

const securityReports = {
  enrolled: toCredentialChange,
  enrolment_recovered: toCredentialChange,
  revoked: () => bothOf('revoke', 'The face enrolment was revoked.'),
  subject_erased: () => bothOf('delete', 'The face enrolment was erased.'),
  locked_out: ({ level }) => [userRiskChange(level)],
} as const satisfies Partial<Reports<AuditAction>>;

const toEnrolment = ({ kind, former, proof }: AuditDetail<'enrolled' | 'enrolment_recovered'>) => {
  if (kind === 'renewal') return [];
  const name = typeof former === 'string' ? 'enrolment.replaced' : 'enrolment.created';
  return [{ name, detail: proof === undefined ? {} : { proof } } as const];
};
const toRecovered = () => [{ name: 'recovery.finished', detail: { outcome: 'recovered' } }] as const;

const webhookReports = {
  verified: (detail) => finished('passed', detail),
  test_passed: (detail) => finished('passed', detail),
  step_up_failed: (detail) => finished('failed', detail),
  // A wrong number ends the check.
  hand_off_refused: (detail) => finished('failed', detail),
  step_up_expired: (detail) => finished('expired', detail),
  // Anyone can start and cancel step-ups of anyone, and would delay the other events, except those of a ticket.
  step_up_abandoned: (detail) =>
    detail.anonymous === true && detail.reference === undefined ? [] : finished('abandoned', detail),
  enrolled: toEnrolment,
  enrolment_recovered: toEnrolment,
  revoked: () => [{ name: 'enrolment.ended', detail: { reason: 'revoked' } }],
  subject_erased: () => [{ name: 'enrolment.ended', detail: { reason: 'erased' } }],
  locked_out: ({ level, until }) => [{ name: 'person.locked_out', detail: { level, until } }],
  help_asked: ({ id, reason }) => [{ name: 'help.requested', detail: { id, reason } }],
  recovered: toRecovered,
  recovery_receipt_issued: toRecovered,
  recovery_refused: () => [{ name: 'recovery.finished', detail: { outcome: 'refused' } }],
  connection_mode_switched: ({ mode, by }) => [{ name: 'mode.changed', detail: { mode, by } }],
} as const satisfies Partial<Reports<AuditAction>>;

type ReportedAction = keyof typeof webhookReports;

export type ReportedRecord = FollowedEvent<ReportedAction>;

const reportsOf = ({ delivery }: Pick<EventStream, 'delivery'>): Partial<Reports<ReportedAction>> =>
  delivery.kind === 'webhook' ? webhookReports : securityReports;

const isReported = (action: string): action is ReportedAction => Object.hasOwn(webhookReports, action);

/** Returns the audit actions that a stream reports. */
export const reportedActionsOf = (stream: Pick<EventStream, 'delivery'>): readonly ReportedAction[] =>
  Object.keys(reportsOf(stream)).filter(isReported);

const contentsOf = <Action extends ReportedAction>(
  { action, detail }: { readonly action: Action; readonly detail: AuditDetail<Action> },
  stream: EventStream,
): readonly EventContent[] => reportsOf(stream)[action]?.(detail) ?? [];

const toJti = (parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 32);
