import { z } from 'zod';
import { connectionFields } from '../../src/config/connection.js';
import { credentialGuard, headerCredentialGuard } from '../../src/config/credential.js';
import { safeUrlGuard } from '../../src/config/safe-url.js';
import { FaceError } from '../../src/errors.js';

/*
 * The configuration of a connection
 */

const authGuard = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('bearer'), token: headerCredentialGuard }),
  z.strictObject({
    kind: z.literal('basic'),
    user: z.string().regex(/^[^:\p{C}]{1,256}$/u, 'expected a name without a colon'),
    password: credentialGuard,
  }),
  /** The server's own authorization server gives tokens that expire soon (RFC 6749, section 4.4). */
  z.strictObject({
    kind: z.literal('client_credentials'),
    tokenUrl: safeUrlGuard,
    clientId: z.string().regex(/^[\x21-\x7e]{1,256}$/, 'expected printable ASCII characters without spaces'),
    clientSecret: headerCredentialGuard,
    scope: z
      .string()
      .regex(/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/, 'expected scopes with one space between them')
      .max(1024)
      .nullable()
      .default(null),
  }),
]);

// The last colon is before the name: a URN has none at its end (RFC 7644, section 3.10).
const attributeGuard = z
  .string()
  .max(512)
  .regex(
    /^urn:[\w.~:-]*[\w.~-]:[A-Za-z][\w$-]*$/i,
    'expected the URN of a schema, a colon and the name of an attribute',
  )
  .transform((path) => {
    const colon = path.lastIndexOf(':');
    return { path, schema: path.slice(0, colon), name: path.slice(colon + 1) };
  });

/** One SCIM 2.0 server in the configuration. Secrets arrive as text, resolved by the loader, and leave as `Credential`s. */
export const scimConnectionGuard = z.strictObject({
  ...connectionFields,
  kind: z.literal('scim'),
  scim: z.strictObject({
    /** What `/Users` is appended to. */
    baseUrl: safeUrlGuard.transform((text) => text.replace(/\/+$/, '')),
    auth: authGuard,
    /** The attribute of a schema extension that holds the enrolment token. */
    attribute: attributeGuard.prefault('urn:ietf:params:scim:schemas:extension:facestep:2.0:User:token'),
  }),
});

/** One SCIM 2.0 server, configured. */
export type ScimConnection = z.output<typeof scimConnectionGuard>;

/** The part of it that is about the server. */
export type ScimSettings = ScimConnection['scim'];

/*
 * What the server answers. Only what is used is read.
 */

const accountGuard = z.object({
  id: z.string().min(1),
  userName: z.string().min(1),
  emails: z.array(z.object({ value: z.string().nullish(), primary: z.boolean().nullish() })).nullish(),
});

/** A user as people know them. */
export type ScimAccount = z.output<typeof accountGuard>;

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

/** Reads what a search found (RFC 7644, section 3.4.2). @throws FaceError `profile_unavailable` */
export const parseAccountList = (body: unknown): z.output<typeof accountListGuard> =>
  parseAnswer(accountListGuard, body);

/**
 * Reads an attribute of a schema extension; empty where it has no value, as then the extension may be left out.
 * @throws FaceError `profile_unavailable`
 */
export function parseExtension(
  body: unknown,
  { schema, name }: Pick<ScimSettings['attribute'], 'schema' | 'name'>,
): { readonly id: string; readonly value: unknown } {
  const { id } = parseAnswer(z.object({ id: z.string() }), body);
  const extensionGuard = z.object({ [schema]: z.record(z.string(), z.unknown()).nullish() });
  return { id, value: parseAnswer(extensionGuard, body)[schema]?.[name] ?? '' };
}

/** The word for what is wrong with a request (RFC 7644, section 3.12), without the server's sentence about it. */
export const toScimType = (body: unknown): string | null => scimErrorGuard.safeParse(body).data?.scimType ?? null;
