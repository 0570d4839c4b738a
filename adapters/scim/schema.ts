import { z } from 'zod';
import type { Account, Group } from '../../src/core/ports.js';
import { FaceError } from '../../src/errors.js';
import type { ScimSettings } from './config.js';

/*
 * What the server answers. Only what is used is read.
 */

// A value of several may be plain (RFC 7643, section 2.4). A server that labels others has in it the address it writes to itself.
const emailGuard = z.union([
  z.string().transform((value) => ({ value, primary: true })),
  z.object({ value: z.string().nullish(), primary: z.boolean().nullish() }),
]);

/** A user as people know them. */
export const accountGuard = z.object({
  id: z.string().min(1),
  userName: z.string().min(1),
  emails: z.array(emailGuard).nullish(),
});

export type ScimAccount = z.output<typeof accountGuard>;

/** A user as every provider has them: the address that is the primary one, or the first. */
export function toAccount({ id, userName, emails }: ScimAccount): Account {
  const addresses = emails ?? [];
  const address = addresses.find(({ primary }) => primary === true) ?? addresses[0];
  return { subject: id, login: userName, email: address?.value || null, phone: null };
}

const accountListGuard = z.object({
  totalResults: z.int(),
  // May be left out where there is nothing in it (RFC 7644, section 3.4.2).
  Resources: z
    .array(accountGuard)
    .nullish()
    .transform((accounts) => accounts ?? []),
});

const scimErrorGuard = z.object({ scimType: z.string().regex(/^[A-Za-z]{1,32}$/) });

/** @throws FaceError `profile_unavailable` where the answer is not what the guard takes */
export function parseAnswer<Output>(guard: z.ZodType<Output>, body: unknown): Output {
  const parsed = guard.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new FaceError('profile_unavailable', { reason: 'answer not understood' });
}

/** Reads a user (RFC 7643, section 4.1). @throws FaceError `profile_unavailable` */
export const parseAccount = (body: unknown): ScimAccount => parseAnswer(accountGuard, body);

const groupsGuard = z.object({
  id: z.string().min(1),
  groups: z
    .array(z.object({ value: z.string().min(1), display: z.string().nullish() }))
    .nullish()
    .transform((groups) => (groups ?? []).map(({ value, display }): Group => ({ id: value, name: display || null }))),
});

/** Reads the groups of a user. @throws FaceError `profile_unavailable` */
export const parseGroups = (body: unknown): z.output<typeof groupsGuard> => parseAnswer(groupsGuard, body);

const wholeGuard = z.looseObject({ id: z.string().min(1) });

/** Reads a user with whatever was asked of them. @throws FaceError `profile_unavailable` */
export const parseWhole = (body: unknown): z.output<typeof wholeGuard> => parseAnswer(wholeGuard, body);

/**
 * What is asked for to be shown an attribute of an extension: `schemas` too, without which SCIMMY shows no extension. WSO2 Identity Server, whose URNs alone begin so, wants a dot where RFC 7644, section
 * 3.10, has a colon, and passes over the other.
 * @see https://github.com/wso2/product-is/issues/11092
 */
export function toAsked({ schema, name }: Pick<ScimSettings['attribute'], 'schema' | 'name'>): readonly string[] {
  const dotted = /^urn:scim:/i.test(schema) ? [`${schema}.${name}`] : [];
  return ['schemas', `${schema}:${name}`, ...dotted];
}

/**
 * Where the value of an attribute stands in a user, and how it is asked for: the attribute with all its parts. One of an
 * extension has the URN of its schema before it, which has dots of its own (RFC 7644, section 3.10).
 */
export function toAttributePath(attribute: string): {
  readonly path: readonly string[];
  readonly asked: readonly string[];
} {
  const colon = attribute.toLowerCase().startsWith('urn:') ? attribute.lastIndexOf(':') : -1;
  const [name = '', ...parts] = attribute.slice(colon + 1).split('.');
  if (colon === -1) return { path: [name, ...parts], asked: [name] };
  const schema = attribute.slice(0, colon);
  return { path: [schema, name, ...parts], asked: toAsked({ schema, name }) };
}

/** Reads what a search found (RFC 7644, section 3.4.2). @throws FaceError `profile_unavailable` */
export const parseAccountList = (body: unknown): z.output<typeof accountListGuard> =>
  parseAnswer(accountListGuard, body);

/** Whether two names are one: neither URNs of schemas nor names of attributes have a case (RFC 7644, section 3.10). */
export const isSameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

const memberOf = (object: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.entries(object).find(([each]) => isSameName(each, name))?.[1];

const userGuard = z.looseObject({ id: z.string() });
const extensionGuard = z.record(z.string(), z.unknown()).nullish();

/**
 * Reads an attribute of a schema extension; empty where it has no value, as then the extension may be left out.
 * @throws FaceError `profile_unavailable`
 */
export function parseExtension(
  body: unknown,
  { schema, name }: Pick<ScimSettings['attribute'], 'schema' | 'name'>,
): { readonly id: string; readonly value: unknown } {
  const user = parseAnswer(userGuard, body);
  const extension = parseAnswer(extensionGuard, memberOf(user, schema)) ?? {};
  return { id: user.id, value: memberOf(extension, name) ?? '' };
}

/** The word for what is wrong with a request (RFC 7644, section 3.12), without the server's sentence about it. */
export const toScimType = (body: unknown): string | null => scimErrorGuard.safeParse(body).data?.scimType ?? null;
