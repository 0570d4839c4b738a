import { z } from 'zod';
import { credentialGuard } from './credential.js';
import { isLoopbackInBrowsers, originGuard } from './safe-url.js';

const isRedirectUri = (text: string): boolean => {
  if (!URL.canParse(text) || text.includes('#')) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopbackInBrowsers(hostname));
};

/** Redirect URIs are compared character by character (RFC 9700, section 4.1.3). */
export const redirectUriGuard = z
  .string()
  .max(1024)
  .refine(isRedirectUri, 'expected an https address (http only on this machine) without user or fragment');

export const clientIdGuard = z
  .string()
  .regex(/^[\x21-\x7e]{1,256}$/, 'expected 1 to 256 printable ASCII characters without spaces');

/** At least 32 characters, because a secret must not be guessable (OpenID Connect Core, section 16.19). */
export const clientSecretGuard = credentialGuard
  .refine(
    (secret) => secret.use((text) => /^[\x21-\x7e]{32,512}$/.test(text)),
    'expected 32 to 512 printable ASCII characters without spaces',
  )
  .meta({ secretPrefix: '' });

export const clientFields = {
  id: clientIdGuard.describe('Client id.'),
  secret: clientSecretGuard.describe('Secret. Client secret.'),
};

/** Origins of the provider. Redirect URIs are derived from them, because the provider's path is fixed. */
export const originsGuard = z.array(originGuard).min(1).max(10);

const edwardsNames = ['EdDSA', 'Ed25519'];

const publicKeyGuard = z
  .looseObject({
    kty: z.enum(['RSA', 'EC', 'OKP']),
    alg: z.string().optional(),
    /** Key id. It is required, because clients name the signing key by its id. */
    kid: z.string('expected the name of the key, as the client sends it').min(1).max(256),
  })
  .refine((jwk) => !('d' in jwk), 'expected a public key')
  // `EdDSA` and `Ed25519` name the same algorithm (RFC 9864). `alg` is dropped, so that a client may use either name
  // with the key.
  .transform(({ alg, ...jwk }) => (alg === undefined || edwardsNames.includes(alg) ? jwk : { ...jwk, alg }));

const hasUniqueKids = (keys: readonly { readonly kid: string }[]): boolean =>
  new Set(keys.map(({ kid }) => kid)).size === keys.length;

export const publicKeysGuard = z
  .array(publicKeyGuard)
  .min(1)
  .max(10)
  .refine(hasUniqueKids, 'two keys have the same kid');

export const shownNameGuard = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^\P{C}*$/u, 'expected one line of plain text');
