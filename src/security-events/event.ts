import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { FollowedEvent } from '../audit/follow.js';
import type { SecurityEventName } from '../config/security-events.js';
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

const securityActions = ['enrolled', 'enrolment_recovered', 'revoked', 'subject_erased', 'locked_out'] as const;

const webhookActions = [
  ...securityActions,
  'verified',
  'step_up_failed',
  'step_up_abandoned',
  'step_up_expired',
  'test_passed',
  'hand_off_refused',
  'help_asked',
  'recovered',
  'recovery_receipt_issued',
  'recovery_refused',
  'connection_mode_switched',
] as const;

/** Returns the audit actions that a stream reports. */
export const reportedActionsOf = ({ delivery }: Pick<EventStream, 'delivery'>): readonly ReportedAction[] =>
  delivery.kind === 'webhook' ? webhookActions : securityActions;

type ReportedAction = (typeof webhookActions)[number];

export type ReportedRecord = FollowedEvent<ReportedAction>;

export function toSecurityEvents(
  record: ReportedRecord,
  stream: EventStream,
  { chain }: { readonly chain: string },
): SecurityEvent[] {
  const { connection, subject, sequence, time, digest } = record;
  const isTold = stream.connections === null || stream.connections.includes(connection);
  if (!isTold || (stream.since !== null && time < stream.since)) return [];
  const isWebhook = stream.delivery.kind === 'webhook';
  // A security event names a user.
  if (subject === '' && !isWebhook) return [];
  return (isWebhook ? webhookEventsOf(record) : eventsOf(record))
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

/** A renewal is not reported, because the same face opens the token. */
function eventsOf({ action, detail }: ReportedRecord): readonly EventContent[] {
  switch (action) {
    case 'enrolled':
    case 'enrolment_recovered':
      if (detail.kind === 'renewal') return [];
      return [
        typeof detail.former === 'string'
          ? credentialChange('update', 'The face enrolment was replaced by another.')
          : credentialChange('create', 'A face was enrolled.'),
      ];
    case 'revoked':
      return bothOf('revoke', 'The face enrolment was revoked.');
    case 'subject_erased':
      return bothOf('delete', 'The face enrolment was erased.');
    case 'locked_out':
      return [userRiskChange(detail.level)];
    default:
      return [];
  }
}

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

/** A renewal is not reported, because the same face opens the token. */
function webhookEventsOf({ action, detail }: ReportedRecord): readonly EventContent[] {
  switch (action) {
    case 'verified':
    case 'test_passed':
      return finished('passed', detail);
    case 'step_up_failed':
    // A wrong number ends the check.
    case 'hand_off_refused':
      return finished('failed', detail);
    case 'step_up_expired':
      return finished('expired', detail);
    case 'step_up_abandoned':
      // Anyone can start and cancel step-ups of anyone, and would delay the other events, except those of a ticket.
      return detail.anonymous === true && detail.reference === undefined ? [] : finished('abandoned', detail);
    case 'enrolled':
    case 'enrolment_recovered': {
      if (detail.kind === 'renewal') return [];
      const name = typeof detail.former === 'string' ? 'enrolment.replaced' : 'enrolment.created';
      return [{ name, detail: detail.proof === undefined ? {} : { proof: detail.proof } }];
    }
    case 'revoked':
      return [{ name: 'enrolment.ended', detail: { reason: 'revoked' } }];
    case 'subject_erased':
      return [{ name: 'enrolment.ended', detail: { reason: 'erased' } }];
    case 'locked_out':
      return [{ name: 'person.locked_out', detail: { level: detail.level, until: detail.until } }];
    case 'help_asked':
      return [{ name: 'help.requested', detail: { id: detail.id, reason: detail.reason } }];
    case 'recovered':
    case 'recovery_receipt_issued':
      return [{ name: 'recovery.finished', detail: { outcome: 'recovered' } }];
    case 'recovery_refused':
      return [{ name: 'recovery.finished', detail: { outcome: 'refused' } }];
    case 'connection_mode_switched':
      return [{ name: 'mode.changed', detail: { mode: detail.mode, by: detail.by } }];
  }
}

const bothOf = (change: 'revoke' | 'delete', reason: string): readonly EventContent[] => [
  credentialChange(change, reason),
  sessionRevoked(reason),
];

const toJti = (parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 32);
