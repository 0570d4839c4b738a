import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { FollowedEvent } from '../audit/follow.js';
import { type SecurityEventName, securityEventNames } from '../config/security-events.js';
import { epochMsGuard, toEpochSec } from '../core/units.js';
import type { EventStream } from './stream.js';

/** @see https://openid.net/specs/openid-caep-1_0-final.html */
export const eventTypes = {
  'session-revoked': 'https://schemas.openid.net/secevent/caep/event-type/session-revoked',
  'credential-change': 'https://schemas.openid.net/secevent/caep/event-type/credential-change',
  'user-risk-change': 'https://schemas.okta.com/secevent/okta/event-type/user-risk-change',
} as const satisfies Record<SecurityEventName, string>;

/** Detail of an event. Some values, such as `reason_admin`, must be an object with a text per language. */
const detailGuard = z.record(z.string(), z.union([z.string(), z.object({ en: z.string() })]));
type Detail = z.output<typeof detailGuard>;

/** An event about one user for one stream. It does not contain the user's identifier. */
export const securityEventGuard = z.object({
  name: z.enum(securityEventNames),
  jti: z.string(),
  txn: z.string(),
  sequence: z.int(),
  connection: z.string(),
  subject: z.string(),
  time: epochMsGuard,
  detail: detailGuard,
});
export type SecurityEvent = z.output<typeof securityEventGuard>;

export const reportedActions = ['enrolled', 'enrolment_recovered', 'revoked', 'subject_erased', 'locked_out'] as const;

export type ReportedRecord = FollowedEvent<(typeof reportedActions)[number]>;

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

export const toEventObject = ({ time, detail }: SecurityEvent) => ({ event_timestamp: toEpochSec(time), ...detail });

interface EventContent {
  readonly name: SecurityEventName;
  readonly detail: Detail;
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
  }
}

const bothOf = (change: 'revoke' | 'delete', reason: string): readonly EventContent[] => [
  credentialChange(change, reason),
  sessionRevoked(reason),
];

const toJti = (parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 32);
