import { z } from 'zod';
import { memberOf } from '../../src/connections/claims.js';
import { toWholeName } from '../../src/connections/profile-values.js';
import { listOf, parseAnswer, type RestAnswer } from '../../src/connections/rest-call.js';
import type { Account, Group, NamedAccount } from '../../src/core/ports.js';
import { FaceError } from '../../src/errors.js';
import type { ScimSettings } from './config.js';

// Some servers, such as Entra ID as a client of SCIM, write booleans as text.
export const flag = z
  .union([z.boolean(), z.string().transform((text) => text.toLowerCase() === 'true')])
  .nullish()
  .catch(null);

// An entry may be plain text (RFC 7643, section 2.4).
const emailGuard = z.union([
  z.string().transform((value) => ({ value, primary: true })),
  z.object({ value: z.string().nullish().catch(null), primary: flag }),
]);

/** E-mail addresses are optional, so one in another form counts as none. */
const emailsGuard = z
  .array(emailGuard.nullable().catch(null))
  .nullish()
  .catch(null)
  .transform((all) => (all ?? []).flatMap((one) => (one === null ? [] : [one])));

/** Some servers write ids as numbers. */
export const idText = z.union([z.string().min(1), z.int().transform(String)]);

export const accountGuard = z.object({
  id: idText,
  userName: z.string().min(1),
  emails: emailsGuard,
});

const part = z
  .string()
  .nullish()
  .catch(null)
  .transform((text) => text ?? '');

export const namedGuard = accountGuard.extend({
  displayName: part,
  name: z
    .object({ givenName: part, familyName: part, formatted: part })
    .nullish()
    .catch(null)
    .transform((name) => name ?? { givenName: '', familyName: '', formatted: '' }),
});
export type ScimNamed = z.output<typeof namedGuard>;

export function toAccount({ id, userName, emails }: z.output<typeof accountGuard>): Account {
  const address = emails.find(({ primary }) => primary === true) ?? emails[0];
  return { subject: id, login: userName, email: address?.value || null, phone: null };
}

export const toNamedAccount = (user: ScimNamed): NamedAccount => ({
  ...toAccount(user),
  name: user.displayName || user.name.formatted || toWholeName(user.name.givenName, user.name.familyName),
});

/** Number of results. Zero if the server omits it. */
export const totalGuard = z
  .union([
    z.int(),
    z
      .string()
      .regex(/^\d{1,9}$/)
      .transform(Number),
  ])
  .nullish()
  .transform((total) => total ?? 0);

export const accountListGuard = z.object({
  totalResults: totalGuard,
  Resources: listOf(accountGuard),
});

const scimErrorGuard = z.object({ scimType: z.string().regex(/^[A-Za-z]{1,32}$/) });

export const groupsGuard = z.object({
  id: idText,
  groups: listOf(
    z
      .object({ value: idText, display: z.string().nullish() })
      .transform(({ value, display }): Group => ({ id: value, name: display || null })),
  ),
});

export const wholeGuard = z.looseObject({ id: idText });

/**
 * Returns the `attributes` parameter for an attribute of an extension. SCIMMY also needs `schemas`; WSO2 Identity
 * Server expects a dot in place of the standard's colon (RFC 7644, section 3.10).
 * @see https://github.com/wso2/product-is/issues/11092
 */
export function toSelection({ schema, name }: Pick<ScimSettings['attribute'], 'schema' | 'name'>): readonly string[] {
  const dotted = /^urn:scim:/i.test(schema) ? [`${schema}.${name}`] : [];
  return ['schemas', `${schema}:${name}`, ...dotted];
}

/**
 * Returns the path of an attribute's value, and the attribute's name in requests. The URN of an extension itself
 * contains dots.
 */
export function toAttributePath(attribute: string): {
  readonly path: readonly string[];
  readonly selection: readonly string[];
} {
  const colon = attribute.toLowerCase().startsWith('urn:') ? attribute.lastIndexOf(':') : -1;
  const [name = '', ...parts] = attribute.slice(colon + 1).split('.');
  if (colon === -1) return { path: [name, ...parts], selection: [name] };
  const schema = attribute.slice(0, colon);
  return { path: [schema, name, ...parts], selection: toSelection({ schema, name }) };
}

export const isSameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** Names that the guards of this folder read. */
const standardNames =
  'id schemas userName displayName name givenName familyName formatted emails photos groups members active value display ' +
  'type primary Resources totalResults scimType attributes multiValued caseExact mutability returned patch filter supported';
const nameByFolded = new Map(standardNames.split(' ').map((name) => [name.toLowerCase(), name]));

/** Writes the names of attributes as in the standard, because their case has no meaning (RFC 7643, section 2.1). */
export function toStandardNames(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(toStandardNames);
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [nameByFolded.get(name.toLowerCase()) ?? name, toStandardNames(value)]),
  );
}

// PHP writes an empty object as an empty list.
const extensionGuard = z.union([z.record(z.string(), z.unknown()), z.tuple([]).transform(() => ({}))]).nullish();

export function parseExtension(
  body: unknown,
  { schema, name }: Pick<ScimSettings['attribute'], 'schema' | 'name'>,
): { readonly id: string; readonly value: unknown } {
  const user = parseAnswer(wholeGuard, body);
  const extension = parseAnswer(extensionGuard, memberOf(user, schema)) ?? {};
  return { id: user.id, value: memberOf(extension, name) ?? '' };
}

export const toUnavailable = ({ status, body }: RestAnswer): FaceError =>
  new FaceError('profile_unavailable', { status, scimType: toScimType(body) });

/** Returns the error type (RFC 7644, section 3.12). The server's text is left out. */
export const toScimType = (body: unknown): string | null => scimErrorGuard.safeParse(body).data?.scimType ?? null;
