import { z } from 'zod';
import type { SignInConfig } from '../../config/console.js';
import { type SignedInRole, signedInRoles } from '../../http/rest/rights.js';

export interface Person {
  readonly subject: string;
  readonly login: string;
  readonly name: string;
  readonly role: SignedInRole | null;
}

const text = z.string().min(1).max(320).optional().catch(undefined);
const claimsGuard = z.object({ sub: z.string().min(1), preferred_username: text, email: text });
const groupsGuard = z.union([z.array(z.unknown()), z.string().transform((one) => [one])]).catch([]);

export function toPerson(
  claims: Readonly<Record<string, unknown>>,
  { issuer, roles: groupsOf, groupsClaim }: SignInConfig,
): Person {
  const { sub, preferred_username: username, email } = claimsGuard.parse(claims);
  const login = username ?? (claims.email_verified === false ? undefined : email) ?? sub;
  const groups = groupsGuard.parse(claims[groupsClaim]);
  const role = signedInRoles.find((each) => groupsOf[each].some((group) => groups.includes(group))) ?? null;
  return { subject: sub, login, name: `${toPlain(login)} (${new URL(issuer).host})`, role };
}

/**
 * Percent-encodes unusual characters, so that two logins never look alike, and no login looks like the name of an API
 * key.
 */
const toPlain = (login: string): string =>
  Buffer.from(login)
    .toString()
    .replace(/[^\p{L}\p{N}._@+-]/gu, encodeURIComponent);
