import { z } from 'zod';
import type { SignInConfig } from '../config/console.js';
import { type SignedInRole, signedInRoles } from '../rest/rights.js';

/** Whom the company's provider vouched for. */
export interface Person {
  /** The immutable id there. */
  readonly subject: string;
  /** The name they sign in by, or their address, as the provider has it. */
  readonly login: string;
  /** What stands in the audit trail: the login, and whose word it is. */
  readonly name: string;
  /** The strongest that a group of theirs has; `null`: they are in none. */
  readonly role: SignedInRole | null;
}

const text = z.string().min(1).max(320).optional().catch(undefined);
const claimsGuard = z.object({ sub: z.string().min(1), preferred_username: text, email: text });
const groupsGuard = z.union([z.array(z.unknown()), z.string().transform((one) => [one])]).catch([]);

/**
 * Reads what the provider says of a person. An address it has not verified is no name.
 * @param claims - of an ID token that was verified, and of the user info of the same subject
 */
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
 * A login as it may stand in a record and on a page: letters, digits and a few signs; everything else in percent signs, so
 * that two logins never look like one. No key's name has a bracket in it.
 */
const toPlain = (login: string): string =>
  Buffer.from(login)
    .toString()
    .replace(/[^\p{L}\p{N}._@+-]/gu, encodeURIComponent);
