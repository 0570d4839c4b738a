import { z } from 'zod';
import type { ConnectionAdditions } from '../../src/config/additions.js';
import { createConnectionFields } from '../../src/config/connection.js';
import { credentialGuard, headerCredentialGuard } from '../../src/config/credential.js';
import { safeUrlGuard } from '../../src/config/safe-url.js';

const authGuard = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('bearer').describe('A bearer token.'),
    token: headerCredentialGuard.describe('Secret. Bearer token.'),
  }),
  z.strictObject({
    kind: z.literal('basic').describe('A username and a password.'),
    user: z
      .string()
      .regex(/^[^:\p{C}]{1,256}$/u, 'expected a name without a colon')
      .describe('Username.'),
    password: credentialGuard.describe('Secret. Password.'),
  }),
  z.strictObject({
    kind: z
      .literal('client_credentials')
      .describe('Short-lived tokens of an authorization server (RFC 6749, section 4.4).'),
    tokenUrl: safeUrlGuard.describe('Token endpoint of the authorization server.'),
    clientId: z
      .string()
      .regex(/^[\x21-\x7e]{1,256}$/, 'expected printable ASCII characters without spaces')
      .describe('Client id.'),
    clientSecret: headerCredentialGuard.describe('Secret. Client secret.'),
    scope: z
      .string()
      .regex(/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/, 'expected scopes with one space between them')
      .max(1024)
      .nullable()
      .default(null)
      .describe('Scopes that are requested.'),
  }),
]);

// The last colon precedes the attribute's name, because the URN does not end with a colon (RFC 7644, section 3.10).
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

export const createScimConnectionGuard = (added: ConnectionAdditions) =>
  z.strictObject({
    ...createConnectionFields(added),
    kind: z.literal('scim'),
    scim: z
      .strictObject({
        baseUrl: safeUrlGuard
          .transform((text) => text.replace(/\/+$/, ''))
          .describe('Base address, to which `/Users` is appended.'),
        auth: authGuard.describe('Credentials for the server.'),
        attribute: attributeGuard
          .prefault('urn:ietf:params:scim:schemas:extension:facestep:2.0:User:token')
          .describe('Attribute of a schema extension that holds the enrolment token.'),
      })
      .describe('Settings of the SCIM 2.0 server.'),
  });

export type ScimConnection = z.output<ReturnType<typeof createScimConnectionGuard>>;

export type ScimSettings = ScimConnection['scim'];
