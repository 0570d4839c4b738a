import type { JsonObject } from '../core/base/json.js';
import type { Ports } from '../core/deps.js';
import { toEpochSec } from '../core/units.js';
import type { SecurityEventSigner } from '../storage/keys/security-event-signer.js';
import { type SecurityEvent, toEventObject, toEventType } from './event.js';
import type { EventStream } from './stream.js';

/** Returns the user's sign-in address, or `null`. */
export type FindEmail = (connection: string, subject: string) => Promise<string | null>;

/** An event that verifies a stream and returns the receiver's `state`. */
export interface Verification {
  readonly jti: string;
  readonly state: string | null;
}

/** Creates Security Event Tokens (RFC 8417), without `exp` and `sub`, as SSF requires. */
export interface Sets {
  /** @returns `null` if the user has no identifier in the stream's format */
  ofEvent(event: SecurityEvent, stream: EventStream): Promise<string | null>;
  ofVerification(verification: Verification, stream: EventStream): Promise<string>;
}

interface NamedUser {
  readonly sub_id: JsonObject;
  readonly inEvent: JsonObject;
}

export function createSets(
  signer: SecurityEventSigner,
  findEmail: FindEmail,
  { issuer, clock }: Ports<'issuer' | 'clock'>,
): Sets {
  const nameUser = async (
    { connection, subject }: SecurityEvent,
    form: EventStream['subject'],
  ): Promise<NamedUser | null> => {
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
  };
  const sign = (jti: string, { audience }: EventStream, claims: JsonObject): Promise<string> =>
    signer.sign({ iss: issuer, aud: audience, jti, iat: toEpochSec(clock.now()), ...claims });
  return {
    async ofEvent(event, stream) {
      const named = await nameUser(event, stream.subject);
      if (named === null) return null;
      const { sub_id, inEvent } = named;
      const type = toEventType(event.name);
      const events = { [type]: { ...inEvent, ...toEventObject(event) } };
      return sign(event.jti, stream, { txn: event.txn, sub_id, events });
    },
    ofVerification({ jti, state }, stream) {
      const sub_id = { format: 'opaque', id: stream.id };
      const events = {
        'https://schemas.openid.net/secevent/ssf/event-type/verification': state === null ? {} : { state },
      };
      return sign(jti, stream, { sub_id, events });
    },
  };
}
