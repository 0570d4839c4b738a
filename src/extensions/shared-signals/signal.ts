import { z } from 'zod';
import { type Connection, toSubject } from '../../core/connection.js';
import { nullIfUnknown } from '../../errors.js';

export const signalNames = [
  'session-revoked',
  'credential-change',
  'account-disabled',
  'account-purged',
  'identifier-changed',
] as const;

const typePattern = /^https:\/\/schemas\.openid\.net\/secevent\/(?:caep|risc)\/event-type\/([a-z-]+)$/;

/** @see https://www.rfc-editor.org/rfc/rfc9493 */
const simpleGuard = z.discriminatedUnion('format', [
  z.object({ format: z.literal('iss_sub'), iss: z.string(), sub: z.string().min(1).max(512) }),
  z.object({ format: z.literal('opaque'), id: z.string().min(1).max(512) }),
  z.object({ format: z.literal('email'), email: z.string().min(1).max(320) }),
]);

/** A complex subject names the user among others. Okta sends it without a format. */
const subjectGuard = z.union([simpleGuard, z.object({ user: simpleGuard }).transform(({ user }) => user)]);

/** Transmitters that are older than SSF 1.0 name the subject in the event. */
const eventGuard = z.object({
  subject: z.unknown().optional(),
  initiating_entity: z.string().optional(),
  /** New address of `identifier-changed`, whose subject has the former one. */
  'new-value': z.string().min(1).max(320).optional(),
});

export const setGuard = z.object({
  iss: z.string(),
  jti: z.string().min(1).max(512),
  sub_id: z.unknown().optional(),
  events: z.record(z.string(), eventGuard),
});
export type SetClaims = z.output<typeof setGuard>;

/** Returns the events that have an effect here. */
export const toSignals = ({ events, sub_id }: SetClaims) =>
  Object.entries(events).flatMap(([type, { subject, initiating_entity: by = 'user', 'new-value': renamed }]) => {
    const name = signalNames.find((each) => each === typePattern.exec(type)?.[1]);
    if (name === undefined) return [];
    // Okta reports every sign-out as a revoked session, so only other causes mean that another person has the account.
    const isChange = name !== 'session-revoked' || by !== 'user';
    const user = subjectGuard.safeParse(sub_id ?? subject).data;
    const isRenamed = name === 'identifier-changed' && user?.format === 'email' && renamed !== undefined;
    // The provider may have given the former address to another person.
    return { name, isChange, user: isRenamed ? { ...user, email: renamed } : user };
  });

/** Finds the user of a transmitter's event at the connection. @throws `profile_unavailable` */
export async function findSubject(
  user: z.output<typeof subjectGuard> | undefined,
  issuer: string,
  { profile }: Pick<Connection, 'profile'>,
): Promise<string | null> {
  if (user === undefined || (user.format === 'iss_sub' && user.iss !== issuer)) return null;
  if (user.format === 'email') return (await profile.findAccount(user.email))?.subject ?? null;
  const id = toSubject(user.format === 'iss_sub' ? user.sub : user.id, profile);
  return (await profile.readAccount(id).catch(nullIfUnknown))?.subject ?? null;
}
