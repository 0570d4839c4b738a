import { createHash } from 'node:crypto';
import type { FollowedEvent } from '../audit/follow.js';
import type { JsonObject } from '../base/json.js';
import type { SecurityEventReceiver, securityEventNames } from '../config/security-events.js';
import { type EpochMs, toEpochSec } from '../core/units.js';

/** An event that receivers are told of. */
export type SecurityEventName = (typeof securityEventNames)[number];

/** One event about one user, for one receiver. */
export interface SecurityEvent {
  readonly name: SecurityEventName;
  readonly record: ReportedRecord;
  /** The same for the same record, receiver and event, so that a repetition shows. */
  readonly jti: string;
  /** All but `iat`. */
  readonly claims: JsonObject;
}

/** Actions of the audit trail that become security events. */
export const reportedActions = ['enrolled', 'enrolment_recovered', 'revoked', 'subject_erased'] as const;

/** A record of one of them. */
export type ReportedRecord = FollowedEvent<(typeof reportedActions)[number]>;

const eventTypes = 'https://schemas.openid.net/secevent/caep/event-type/';

/**
 * The Security Event Tokens (RFC 8417) that a record comes to for a receiver, one event each as SSF asks. Records without a
 * user, or of a connection the receiver is not told about, come to none.
 * @see https://openid.net/specs/openid-caep-1_0-final.html
 */
export function toSecurityEvents(
  record: ReportedRecord,
  receiver: SecurityEventReceiver,
  { issuer, chain }: { readonly issuer: string; readonly chain: string },
): SecurityEvent[] {
  const { connection, subject, sequence, time, digest } = record;
  const isTold = receiver.connections === null || receiver.connections.includes(connection);
  if (subject === '' || !isTold) return [];
  const shared = {
    iss: issuer,
    aud: receiver.audience,
    txn: `${chain}:${sequence}`,
    // A user as receipts name one: by the id at the provider, in one connection.
    sub_id: {
      format: 'complex',
      user: { format: 'iss_sub', iss: issuer, sub: subject },
      tenant: { format: 'opaque', id: connection },
    },
  };
  return eventsOf(record)
    .filter(({ name }) => receiver.events.includes(name))
    .map(({ name, detail }) => {
      const jti = toJti([chain, digest, receiver.id, name]);
      const events = { [`${eventTypes}${name}`]: { event_timestamp: toEpochSec(time), ...detail } };
      return { name, record, jti, claims: { ...shared, jti, events } };
    });
}

/** The claims as they are signed. */
export const toClaims = ({ claims }: SecurityEvent, now: EpochMs): JsonObject => ({ ...claims, iat: toEpochSec(now) });

interface Told {
  readonly name: SecurityEventName;
  readonly detail: JsonObject;
}

const credentialChange = (change: 'create' | 'update' | 'revoke' | 'delete'): Told => ({
  name: 'credential-change',
  detail: { credential_type: 'face', change_type: change },
});
const sessionRevoked: Told = { name: 'session-revoked', detail: {} };

/** A renewed token is no change to anybody else: the same face opens it. */
function eventsOf({ action, detail }: ReportedRecord): readonly Told[] {
  switch (action) {
    case 'enrolled':
    case 'enrolment_recovered':
      if (detail.kind === 'renewal') return [];
      return [credentialChange(typeof detail.former === 'string' ? 'update' : 'create')];
    case 'revoked':
      return [credentialChange('revoke'), sessionRevoked];
    case 'subject_erased':
      return [credentialChange('delete'), sessionRevoked];
  }
}

const toJti = (parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 32);
