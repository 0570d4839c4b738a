/*
 * A wallet's side of OpenID for Verifiable Credential Issuance 1.0, with a pre-authorized code. It accepts only SD-JWT
 * VC of one issuer. Its key is in memory; a real wallet uses the phone's hardware.
 */
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { z } from 'zod';
import { toResolveKey } from '../../client/receipt-verifier.js';
import { hasEnded as isRevoked } from '../../client/status-list.js';

const preAuthorized = 'urn:ietf:params:oauth:grant-type:pre-authorized_code';

const offerGuard = z.object({
  credential_issuer: z.url(),
  credential_configuration_ids: z.tuple([z.string()], z.string()),
  grants: z.object({ [preAuthorized]: z.object({ 'pre-authorized_code': z.string() }) }),
});
const issuerGuard = z.object({ credential_endpoint: z.url(), nonce_endpoint: z.url() });
const serverGuard = z.object({ token_endpoint: z.url() });
const tokenGuard = z.object({ access_token: z.string() });
const nonceGuard = z.object({ c_nonce: z.string() });
const issuedGuard = z.object({ credentials: z.tuple([z.object({ credential: z.string() })], z.unknown()) });
const sealedGuard = z.object({
  iss: z.string(),
  vct: z.string(),
  exp: z.int(),
  status: z.object({ status_list: z.object({ idx: z.int().nonnegative(), uri: z.url() }) }),
});
const keysGuard = z.object({ issuer: z.string(), jwks_uri: z.url() });
const disclosureGuard = z.tuple([z.string(), z.string(), z.json()]);

export type HeldCredential = ReturnType<typeof read>;

/** Inserts the well-known path before an issuer's own path, as the metadata standards require. */
const wellKnown = (issuer: string, name: string): string => {
  const { origin, pathname } = new URL(issuer);
  return `${origin}/.well-known/${name}${pathname}`;
};

async function ask<Guard extends z.ZodType>(guard: Guard, url: string, init?: RequestInit): Promise<z.output<Guard>> {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`refused: ${(await response.text()).slice(0, 200)}`);
  return guard.parse(await response.json());
}

export async function createHolder(issuer: string) {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = await exportJWK(publicKey);
  return {
    /**
     * Accepts a credential offer.
     * @param code - six digits shown next to the offer
     * @throws if the issuer refuses, or the offer is from another issuer
     */
    async take(link: string, code: string): Promise<HeldCredential> {
      const offer = offerGuard.parse(JSON.parse(new URL(link).searchParams.get('credential_offer') ?? ''));
      if (offer.credential_issuer !== issuer) throw new Error('an offer of another issuer');
      const metadata = await ask(issuerGuard, wellKnown(issuer, 'openid-credential-issuer'));
      const server = await ask(serverGuard, wellKnown(issuer, 'oauth-authorization-server'));
      const { access_token: accessToken } = await ask(tokenGuard, server.token_endpoint, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: preAuthorized,
          'pre-authorized_code': offer.grants[preAuthorized]['pre-authorized_code'],
          tx_code: code,
        }),
      });
      const { c_nonce: nonce } = await ask(nonceGuard, metadata.nonce_endpoint, { method: 'POST' });
      const proof = await new SignJWT({ nonce })
        .setProtectedHeader({ alg: 'ES256', typ: 'openid4vci-proof+jwt', jwk })
        .setAudience(issuer)
        .setIssuedAt()
        .sign(privateKey);
      const issued = await ask(issuedGuard, metadata.credential_endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
        body: JSON.stringify({
          credential_configuration_id: offer.credential_configuration_ids[0],
          proofs: { jwt: [proof] },
        }),
      });
      return read(issued.credentials[0].credential);
    },
  };
}

/** Decodes a disclosure into the name and the value of a claim. */
function open(disclosure: string): [string, z.output<ReturnType<typeof z.json>>] {
  const [, name, value] = disclosureGuard.parse(JSON.parse(Buffer.from(disclosure, 'base64url').toString()));
  return [name, value];
}

/** @returns the credential with its claims; `expiresAt` is in seconds since 1970 */
function read(credential: string) {
  const [jws = '', ...disclosures] = credential.split('~').filter((part) => part !== '');
  const { iss: issuer, vct, exp: expiresAt } = sealedGuard.parse(decodeJwt(jws));
  return { credential, issuer, vct, expiresAt, claims: new Map(disclosures.map(open)) };
}

/**
 * Returns true if the issuer's status list (Token Status List) has revoked the credential.
 * @throws if the list is unavailable or invalid; refuse the credential then
 */
export async function hasEnded({ credential, issuer }: HeldCredential): Promise<boolean> {
  const { status } = sealedGuard.parse(decodeJwt(credential.split('~')[0] ?? ''));
  const { jwks_uri: jwksUri } = await ask(keysGuard, wellKnown(issuer, 'jwt-vc-issuer'));
  return isRevoked(status, { fetch, resolveKey: toResolveKey({ jwksUri, fetch }), nowSec: Date.now() / 1000 });
}
