import { z } from 'zod';
import { credentialGuard } from './credential.js';
import { externalMfaGuard } from './external-mfa.js';
import { isLoopback } from './safe-url.js';

const isRedirectUri = (text: string): boolean => {
  if (!URL.canParse(text) || text.includes('#')) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
};

/** Where the browser is sent with the answer. Compared character for character (RFC 9700, section 4.1.3). */
export const redirectUriGuard = z
  .string()
  .max(1024)
  .refine(isRedirectUri, 'expected an https address (http only on this machine) without user or fragment');

/** How a client is named in requests: printable ASCII characters. */
export const clientIdGuard = z
  .string()
  .regex(/^[\x21-\x7e]{1,256}$/, 'expected 1 to 256 printable ASCII characters without spaces');

/** At least 32 characters, as it must not be guessed (OpenID Connect Core, section 16.19). */
export const clientSecretGuard = credentialGuard.refine(
  (secret) => secret.use((text) => /^[\x21-\x7e]{32,512}$/.test(text)),
  'expected 32 to 512 printable ASCII characters without spaces',
);

const publicKeyGuard = z
  .looseObject({ kty: z.enum(['RSA', 'EC', 'OKP']), kid: z.string().min(1).optional() })
  .refine((jwk) => !('d' in jwk), 'expected a public key');

/** An application, or an identity provider of your own, that sends people here by OpenID Connect. */
export const relyingPartyGuard = z
  .strictObject({
    kind: z.literal('relying_party'),
    id: clientIdGuard,
    /** `null` for a client that cannot keep one: it must use PKCE. */
    secret: clientSecretGuard.nullable().default(null),
    /** JSON Web Keys, instead of a secret: the client signs assertions (`private_key_jwt`). */
    publicKeys: z.array(publicKeyGuard).min(1).max(10).nullable().default(null),
    redirectUris: z.array(redirectUriGuard).min(1).max(50),
    /**
     * Whether this client has proved who a person is before it names them in a pushed request: they may then enrol, where
     * the policy says `whenNotEnrolled: "enrol"`.
     */
    mayEnrol: z.boolean().default(false),
  })
  .refine(({ secret, publicKeys }) => secret === null || publicKeys === null, {
    path: ['publicKeys'],
    error: 'expected a secret or public keys, not both',
  })
  .refine(({ secret, publicKeys, mayEnrol }) => !mayEnrol || secret !== null || publicKeys !== null, {
    path: ['mayEnrol'],
    error: 'expected a client with a secret or public keys: anybody can speak in the name of another',
  });

const hasUniqueIds = (clients: readonly { readonly id: string }[]): boolean =>
  new Set(clients.map(({ id }) => id)).size === clients.length;

/** Who may send people to a connection's face check by OpenID Connect: one guard for each kind of client. */
export const oidcGuard = z.strictObject({
  clients: z
    .array(z.discriminatedUnion('kind', [relyingPartyGuard, externalMfaGuard]))
    .min(1)
    .max(50)
    .refine(hasUniqueIds, 'two clients have the same id'),
});

/** The OpenID provider of one connection. */
export type OidcConfig = z.output<typeof oidcGuard>;

/** One registered client, told apart by its `kind`. */
export type OidcClientConfig = OidcConfig['clients'][number];

/** A client of the general kind. */
export type RelyingPartyConfig = z.output<typeof relyingPartyGuard>;
