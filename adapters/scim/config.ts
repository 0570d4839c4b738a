import { z } from 'zod';
import { connectionFields } from '../../src/config/connection.js';
import { credentialGuard, headerCredentialGuard } from '../../src/config/credential.js';
import { safeUrlGuard } from '../../src/config/safe-url.js';

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
