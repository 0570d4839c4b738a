import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { FollowedEvent } from '../audit/follow.js';
import { type SecurityEventName, securityEventNames } from '../config/security-events.js';
import { epochMsGuard, toEpochSec } from '../core/units.js';
import type { EventStream } from './stream.js';

/** The full names of events. @see https://openid.net/specs/openid-caep-1_0-final.html */
export const eventTypes = {
  'session-revoked': 'https://schemas.openid.net/secevent/caep/event-type/session-revoked',
  'credential-change': 'https://schemas.openid.net/secevent/caep/event-type/credential-change',
  'user-risk-change': 'https://schemas.okta.com/secevent/okta/event-type/user-risk-change',
} as const satisfies Record<SecurityEventName, string>;

/** What an event says beside when it happened; `reason_admin` is a text for people by language, and never empty. */
const detailGuard = z.record(z.string(), z.union([z.string(), z.object({ en: z.string() })]));
type Detail = z.output<typeof detailGuard>;

/** One event about one user, for one stream: all but how the user is named there. */
export const securityEventGuard = z.object({
  name: z.enum(securityEventNames),
  /** The same for the same record, stream and event, so that a repetition shows. */
  jti: z.string(),
  /** Names the audit record. */
  txn: z.string(),
  /** Number of that record. */
  sequence: z.int(),
  connection: z.string(),
  subject: z.string(),
  time: epochMsGuard,
  detail: detailGuard,
});
export type SecurityEvent = z.output<typeof securityEventGuard>;

/** Actions of the audit trail that become security events. */
export const reportedActions = ['enrolled', 'enrolment_recovered', 'revoked', 'subject_erased', 'locked_out'] as const;

/** A record of one of them. */
export type ReportedRecord = FollowedEvent<(typeof reportedActions)[number]>;

/**
 * What a record comes to for a stream. Records without a user, of a connection the stream is not told about, or from before
 * it come to nothing.
 */
export function toSecurityEvents(
  record: ReportedRecord,
  stream: EventStream,
  { chain }: { readonly chain: string },
): SecurityEvent[] {
  const { connection, subject, sequence, time, digest } = record;
  const isTold = stream.connections === null || stream.connections.includes(connection);
  if (subject === '' || !isTold || (stream.since !== null && time < stream.since)) return [];
  return eventsOf(record)
    .filter(({ name }) => stream.events.includes(name))
    .map(({ name, detail }) => {
      const jti = toJti([chain, digest, stream.id, name]);
      return { name, jti, txn: `${chain}:${sequence}`, sequence, connection, subject, time, detail };
    });
}

/** The object in the claim `events`. */
export const toEventObject = ({ time, detail }: SecurityEvent) => ({ event_timestamp: toEpochSec(time), ...detail });

interface Told {
  readonly name: SecurityEventName;
  readonly detail: Detail;
}

const credentialChange = (change: 'create' | 'update' | 'revoke' | 'delete', reason: string): Told => ({
  name: 'credential-change',
  detail: { credential_type: 'face', change_type: change, reason_admin: { en: reason } },
});
const sessionRevoked = (reason: string): Told => ({
  name: 'session-revoked',
  detail: { reason_admin: { en: reason } },
});

/** A first lockout may be bad light; one more failure after it is less likely to be. A risk is raised here, never lowered. */
const userRiskChange = (level: number): Told => ({
  name: 'user-risk-change',
  detail: {
    previous_level: level === 1 ? 'low' : 'medium',
    current_level: level === 1 ? 'medium' : 'high',
    initiating_entity: 'policy',
    reason_admin: { en: `Face checks failed until the user was locked out (lockout ${level} in a row).` },
  },
});

/** A renewed token is no change to anybody else: the same face opens it. */
function eventsOf({ action, detail }: ReportedRecord): readonly Told[] {
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
  }
}

const bothOf = (change: 'revoke' | 'delete', reason: string): readonly Told[] => [
  credentialChange(change, reason),
  sessionRevoked(reason),
];

const toJti = (parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 32);
