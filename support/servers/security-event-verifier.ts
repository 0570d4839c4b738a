import { createLocalJWKSet, createRemoteJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { z } from 'zod';

/*
 * Strict verification of Security Event Tokens by the Shared Signals Framework 1.0 and the CAEP Interoperability
 * Profile 1.0.
 */

const caep = 'https://schemas.openid.net/secevent/caep/event-type/';
const verification = 'https://schemas.openid.net/secevent/ssf/event-type/verification';

/** Reason of an event: non-empty texts by language. */
const reason = z
  .record(z.string().regex(/^[a-z]{2}(-[A-Z]{2})?$/), z.string().trim().min(1))
  .refine((texts) => Object.keys(texts).length > 0);
const email = z.strictObject({ format: z.literal('email'), email: z.email() });
const level = z.enum(['low', 'medium', 'high', 'secure', 'none']);
const common = {
  event_timestamp: z.int(),
  reason_admin: reason,
  initiating_entity: z.enum(['admin', 'user', 'policy', 'system']).optional(),
  /** Claim from before SSF 1.0, for the same user as `sub_id`. */
  subject: z.strictObject({ user: email }).optional(),
};

const eventGuards: Readonly<Record<string, z.ZodType>> = {
  [`${caep}session-revoked`]: z.strictObject(common),
  [`${caep}credential-change`]: z.strictObject({
    ...common,
    credential_type: z.literal('face'),
    change_type: z.enum(['create', 'revoke', 'update', 'delete']),
  }),
  'https://schemas.okta.com/secevent/okta/event-type/user-risk-change': z.strictObject({
    ...common,
    previous_level: level,
    current_level: level,
  }),
  [verification]: z.strictObject({ state: z.string().optional() }),
};

const insideGuard = z.looseObject({ subject: common.subject });

const issSub = z.strictObject({ format: z.literal('iss_sub'), iss: z.url(), sub: z.string().min(1) });
const opaque = z.strictObject({ format: z.literal('opaque'), id: z.string().min(1) });

const subjectGuard = z.union([
  issSub,
  email,
  opaque,
  z.strictObject({ format: z.literal('complex'), user: issSub, tenant: opaque }),
]);

/** Claims of a token: exactly one event, and neither `exp` nor `sub`. */
const claimsGuard = z.strictObject({
  iss: z.string(),
  aud: z.string(),
  jti: z.string().min(1),
  iat: z.int(),
  txn: z.string().optional(),
  sub_id: subjectGuard,
  events: z.record(z.string(), z.unknown()).refine((events) => Object.keys(events).length === 1),
});

export interface TakenEvent {
  readonly jti: string;
  readonly name: string;
  readonly change: string | null;
  readonly level: string | null;
  /** The user, or the stream of a verification event. */
  readonly subject: string;
  /** The connection, or `null` if the event names none. */
  readonly connection: string | null;
  readonly state: string | null;
}

export type SetVerifier = (jws: string) => Promise<TakenEvent>;

export function createSetVerifier(expected: {
  readonly keys: JSONWebKeySet | URL;
  readonly issuer: string;
  readonly audience: string;
}): SetVerifier {
  const keySet = expected.keys instanceof URL ? createRemoteJWKSet(expected.keys) : createLocalJWKSet(expected.keys);
  return async (jws) => {
    const { payload, protectedHeader } = await jwtVerify(jws, keySet, {
      issuer: expected.issuer,
      audience: expected.audience,
      typ: 'secevent+jwt',
      algorithms: ['RS256'],
    });
    z.strictObject({ alg: z.literal('RS256'), typ: z.string(), kid: z.string().min(1) }).parse(protectedHeader);
    const { jti, sub_id, events } = claimsGuard.parse(payload);
    const [[type, given]] = z.tuple([z.tuple([z.string(), z.unknown()])]).parse(Object.entries(events));
    const guard = eventGuards[type];
    if (guard === undefined) throw new Error(`unknown event ${type}`);
    const event = guard.parse(given);
    if ((type === verification) !== (sub_id.format === 'opaque')) throw new Error('a subject of the wrong form');
    const inside = insideGuard.parse(event).subject?.user.email;
    if (sub_id.format === 'email' ? inside !== sub_id.email : inside !== undefined) throw new Error('two subjects');
    const detail = z.record(z.string(), z.unknown()).parse(event);
    return {
      jti,
      name: type.slice(type.lastIndexOf('/') + 1),
      ...nameOf(sub_id),
      change: textOf(detail.change_type),
      level: textOf(detail.current_level),
      state: textOf(detail.state),
    };
  };
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function nameOf(subject: z.output<typeof subjectGuard>): Pick<TakenEvent, 'subject' | 'connection'> {
  switch (subject.format) {
    case 'complex':
      return { subject: subject.user.sub, connection: subject.tenant.id };
    case 'iss_sub':
      return { subject: subject.sub, connection: subject.iss.split('/oidc/')[1] ?? null };
    case 'email':
      return { subject: subject.email, connection: null };
    case 'opaque':
      return { subject: subject.id, connection: null };
  }
}
