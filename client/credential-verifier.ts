import * as base64url from 'jose/base64url';
import { compactVerify } from 'jose/jws/compact/verify';
import { importJWK } from 'jose/key/import';
import * as z from 'zod/mini';
import { CredentialError } from './credential-error.js';
import { parseJson } from './json.js';
import { clockToleranceSec } from './receipt-claims.js';
import { type KeySet, openJws, type RemoteKeys, toResolveKey } from './receipt-verifier.js';
import { hasEnded, statusGuard } from './status-list.js';

/*
 * Verifies an SD-JWT VC with key binding (RFC 9901). A valid presentation proves that the user passed a face check when
 * the credential was issued, and that the presenter holds its key now. It does not prove that the presenter is that
 * user.
 */

export interface ExpectedPresentation {
  /** Audience of the presentation. For OpenID4VP this is the whole `client_id` with its prefix. */
  readonly audience: string;
  /** Nonce of your request. To accept it only once, delete your copy before calling `verify`. */
  readonly nonce: string;
}

export interface PresentedCredential {
  /** User id at the identity provider; `null` if not disclosed. */
  readonly subject: string | null;
  /** Disclosed claims except `sub`: strings, numbers, or objects of OpenID Connect. */
  readonly claims: ReadonlyMap<string, unknown>;
  /** Face checks before issuance, with their time (ISO 8601) and presence detection method. */
  readonly evidence: readonly { readonly type: string; readonly time: string; readonly presence?: string }[];
  /** Issue time, in seconds since 1970. */
  readonly issuedAt: number;
  /** Expiry, in seconds since 1970. */
  readonly expiresAt: number;
}

export interface CredentialVerifier {
  /**
   * Verifies the issuer's signature, validity, disclosures, status, and the key binding to audience and nonce.
   * @throws CredentialError with its `code`
   */
  verify(presentation: string, expected: ExpectedPresentation): Promise<PresentedCredential>;
}

const maxCharacters = 65_536;

/** Maximum age of the key binding JWT, in seconds. The wallet creates it when the user consents. */
const proofLifeSec = 300;

const holderKeyGuard = z.discriminatedUnion('kty', [
  z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string(), y: z.string() }),
  z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string() }),
]);

const credentialGuard = z.looseObject({
  iss: z.string(),
  vct: z.string(),
  iat: z.int(),
  exp: z.int(),
  cnf: z.object({ jwk: holderKeyGuard }),
  status: statusGuard,
  evidence: z.array(z.object({ type: z.string(), time: z.string(), presence: z.exactOptional(z.string()) })),
  _sd_alg: z.literal('sha-256'),
  _sd: z.array(z.string()),
});
type SignedCredential = z.output<typeof credentialGuard>;

const proofGuard = z.object({ iat: z.int(), aud: z.string(), nonce: z.string(), sd_hash: z.string() });
const disclosureGuard = z.tuple([z.string(), z.string(), z.unknown()]);

/**
 * Creates the verifier of one kind of credential. Each verification fetches the status list.
 * @param options.issuer - the connection's OpenID provider, `<publicUrl>/oidc/<connection>`
 * @param options.vct - kind of credential, as configured for the issuer
 * @param options.keys - contents or address of `/.well-known/jwks.json`
 * @param options.fetch - used for the status list
 * @param options.clock - returns milliseconds since 1970
 * @throws TypeError if `jwksUri` is not a URL
 * @example
 * const credentials = createCredentialVerifier({
 *   issuer: 'https://face.example.com/oidc/people',
 *   vct: 'https://face.example.com/types/staff-card',
 *   keys,
 *   fetch,
 *   clock: Date,
 * });
 * const { claims } = await credentials.verify(presentation, { audience: 'x509_hash:portal', nonce });
 */
export function createCredentialVerifier(options: {
  readonly issuer: string;
  readonly vct: string;
  readonly keys: KeySet | RemoteKeys;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly clock: { now(): number };
}): CredentialVerifier {
  const { issuer, vct, keys, fetch, clock } = options;
  const resolveKey = toResolveKey(keys);

  async function readSigned(jws: string): Promise<SignedCredential> {
    const { typ, payload } = await openJws(jws, resolveKey, (...details) => new CredentialError(...details));
    const signed = credentialGuard.safeParse(payload);
    if (typ !== 'dc+sd-jwt' || !signed.success) throw new CredentialError('malformed');
    return signed.data;
  }

  return {
    async verify(presentation, expected) {
      if (typeof presentation !== 'string' || presentation.length > maxCharacters)
        throw new CredentialError('malformed');
      const [jws = '', ...disclosures] = presentation.split('~');
      const proof = disclosures.pop() ?? '';
      const signed = await readSigned(jws);
      const nowSec = Math.floor(clock.now() / 1000);
      if (signed.iss !== issuer) throw new CredentialError('issuer');
      if (signed.vct !== vct) throw new CredentialError('type');
      if (signed.iat > nowSec + clockToleranceSec || signed.exp <= nowSec) throw new CredentialError('expired');
      const disclosed = presentation.slice(0, presentation.length - proof.length);
      await checkHolder(proof, { signed, disclosed, expected, nowSec });
      const claims = await openDisclosures(disclosures, signed);
      const subject = claims.get('sub') ?? null;
      if (subject !== null && typeof subject !== 'string') throw new CredentialError('malformed');
      claims.delete('sub');
      if (await hasEnded(signed.status, { fetch, resolveKey, nowSec })) throw new CredentialError('ended');
      const { iat: issuedAt, exp: expiresAt, evidence } = signed;
      return { subject, claims, evidence, issuedAt, expiresAt };
    },
  };
}

/** Verifies that the holder's key signed these disclosures for this audience and nonce. */
async function checkHolder(
  proof: string,
  {
    signed,
    disclosed,
    expected,
    nowSec,
  }: {
    readonly signed: SignedCredential;
    readonly disclosed: string;
    readonly expected: ExpectedPresentation;
    readonly nowSec: number;
  },
): Promise<void> {
  const { jwk } = signed.cnf;
  const algorithms = jwk.kty === 'EC' ? ['ES256'] : ['EdDSA', 'Ed25519'];
  const verified = await importJWK(jwk, algorithms[0])
    .then((key) => compactVerify(proof, key, { algorithms }))
    .catch((cause: unknown) => {
      throw new CredentialError('holder', { cause });
    });
  const claims = proofGuard.safeParse(parseJson(verified.payload));
  if (verified.protectedHeader.typ !== 'kb+jwt' || !claims.success) throw new CredentialError('holder');
  const { aud, nonce, iat, sd_hash: digest } = claims.data;
  if (digest !== (await digestOf(disclosed))) throw new CredentialError('holder');
  if (aud !== expected.audience) throw new CredentialError('audience');
  if (nonce !== expected.nonce) throw new CredentialError('nonce');
  if (iat > nowSec + clockToleranceSec || iat < nowSec - proofLifeSec) throw new CredentialError('stale');
}

/**
 * Opens the disclosures. Each must match a digest that the issuer signed.
 * @throws CredentialError `disclosure`
 */
async function openDisclosures(
  disclosures: readonly string[],
  signed: SignedCredential,
): Promise<Map<string, unknown>> {
  const opened = new Map<string, unknown>();
  for (const disclosure of disclosures) {
    const parsed = disclosureGuard.safeParse(parseJson(decode(disclosure)));
    if (!signed._sd.includes(await digestOf(disclosure)) || !parsed.success) throw new CredentialError('disclosure');
    const [, name, value] = parsed.data;
    if (opened.has(name) || Object.hasOwn(signed, name) || name === '...') throw new CredentialError('disclosure');
    opened.set(name, value);
  }
  return opened;
}

async function digestOf(text: string): Promise<string> {
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));
}

function decode(text: string): Uint8Array {
  try {
    return base64url.decode(text);
  } catch {
    return new Uint8Array();
  }
}
