import type { JsonObject } from '../base/json.js';
import type { SubjectForm } from '../config/security-events.js';
import type { Clock } from '../core/ports.js';
import { toEpochSec } from '../core/units.js';
import type { SecurityEventSigner } from '../keys/security-event-signer.js';
import { eventTypes, type SecurityEvent, toEventObject } from './event.js';
import type { EventStream } from './stream.js';

export interface SetDeps {
  readonly issuer: string;
  readonly signer: SecurityEventSigner;
  readonly clock: Clock;
  /** Returns the user's sign-in address, or `null`. */
  findEmail(connection: string, subject: string): Promise<string | null>;
}

/**
 * Creates the signed token of one event (RFC 8417), without `exp` and `sub`, as SSF requires.
 * @returns `null` if the user has no identifier in the stream's format
 */
export async function makeSet(event: SecurityEvent, stream: EventStream, deps: SetDeps): Promise<string | null> {
  const named = await nameUser(event, stream.subject, deps);
  if (named === null) return null;
  const { sub_id, inEvent } = named;
  const events = { [eventTypes[event.name]]: { ...inEvent, ...toEventObject(event) } };
  return deps.signer.sign({ ...claimsOf(event.jti, stream, deps), txn: event.txn, sub_id, events });
}

/** An event that verifies a stream and returns the receiver's `state`. */
export interface Verification {
  readonly jti: string;
  readonly state: string | null;
}

export function makeVerificationSet({ jti, state }: Verification, stream: EventStream, deps: SetDeps): Promise<string> {
  const sub_id = { format: 'opaque', id: stream.id };
  const events = {
    'https://schemas.openid.net/secevent/ssf/event-type/verification': state === null ? {} : { state },
  };
  return deps.signer.sign({ ...claimsOf(jti, stream, deps), sub_id, events });
}

const claimsOf = (jti: string, { audience }: EventStream, { issuer, clock }: SetDeps): JsonObject => ({
  iss: issuer,
  aud: audience,
  jti,
  iat: toEpochSec(clock.now()),
});

interface NamedUser {
  readonly sub_id: JsonObject;
  readonly inEvent: JsonObject;
}

async function nameUser(
  { connection, subject }: SecurityEvent,
  form: SubjectForm,
  { issuer, findEmail }: SetDeps,
): Promise<NamedUser | null> {
  switch (form) {
    case 'complex': {
      // The user is identified as in receipts: by the provider's id, within a connection.
      const user = { format: 'iss_sub', iss: issuer, sub: subject };
      return { sub_id: { format: 'complex', user, tenant: { format: 'opaque', id: connection } }, inEvent: {} };
    }
    case 'iss_sub':
      // The user is identified as in ID tokens of the connection.
      return { sub_id: { format: 'iss_sub', iss: `${issuer}/oidc/${connection}`, sub: subject }, inEvent: {} };
    case 'email': {
      const email = await findEmail(connection, subject);
      if (email === null) return null;
      const sub_id = { format: 'email', email };
      // `subject` is for receivers older than SSF 1.0.
      return { sub_id, inEvent: { subject: { user: sub_id } } };
    }
  }
}
