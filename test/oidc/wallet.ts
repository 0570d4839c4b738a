import { createHash, randomBytes } from 'node:crypto';
import { type CallbackContext, clientAuthenticationAnonymous, type JwtSignerJwk } from '@openid4vc/oauth2';
import { Openid4vciClient } from '@openid4vc/openid4vci';
import { getListFromStatusListJWT } from '@sd-jwt/jwt-status-list';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';
import { type CryptoKey, compactVerify, createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { z } from 'zod';

/* Wallet and verifier, built from third-party libraries. */

type Reach = (url: string, init?: RequestInit) => Promise<Response>;

const hasher = (data: string | ArrayBuffer, algorithm: string): Uint8Array =>
  createHash(algorithm.replace('-', ''))
    .update(typeof data === 'string' ? data : Buffer.from(data))
    .digest();

const sha256 = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest();

export async function createWallet(reach: Reach, { alg = 'ES256' }: { alg?: 'ES256' | 'EdDSA' } = {}) {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kty: alg === 'ES256' ? 'EC' : 'OKP' };
  const signer: JwtSignerJwk = { method: 'jwk', publicJwk: jwk, alg };
  const never = (): never => {
    throw new Error('a wallet needs none of this');
  };
  const callbacks: CallbackContext = {
    fetch: (input, init) => reach(String(input), init ?? {}),
    hash: (data) => sha256(data),
    signJwt: async (_signer, { header, payload }) => ({
      jwt: await new SignJWT(JSON.parse(JSON.stringify(payload)))
        .setProtectedHeader({ ...JSON.parse(JSON.stringify(header)), alg })
        .sign(privateKey),
      signerJwk: jwk,
    }),
    decryptJwe: never,
    encryptJwe: never,
    verifyJwt: never,
    generateRandom: (bytes) => randomBytes(bytes),
    clientAuthentication: clientAuthenticationAnonymous(),
  };
  const client = new Openid4vciClient({ callbacks });

  const open = async (link: string) => {
    const credentialOffer = await client.resolveCredentialOffer(link);
    const issuerMetadata = await client.resolveIssuerMetadata(credentialOffer.credential_issuer);
    return { credentialOffer, issuerMetadata };
  };
  const redeem = async (offer: Awaited<ReturnType<typeof open>>, txCode: string) => {
    const { accessTokenResponse } = await client.retrievePreAuthorizedCodeAccessTokenFromOffer({ ...offer, txCode });
    return accessTokenResponse.access_token;
  };
  const prove = async ({ issuerMetadata, credentialOffer }: Awaited<ReturnType<typeof open>>) => {
    const { c_nonce: nonce } = await client.requestNonce({ issuerMetadata });
    const [credentialConfigurationId = ''] = credentialOffer.credential_configuration_ids;
    const asked = { issuerMetadata, credentialConfigurationId, signer, nonce };
    return (await client.createCredentialRequestJwtProof(asked)).jwt;
  };
  const retrieve = async (
    { issuerMetadata, credentialOffer }: Awaited<ReturnType<typeof open>>,
    { accessToken, proof, type }: { accessToken: string; proof: string; type?: string },
  ): Promise<string> => {
    const { credentialResponse } = await client.retrieveCredentials({
      issuerMetadata,
      accessToken,
      proofs: { jwt: [proof] },
      credentialConfigurationId: type ?? credentialOffer.credential_configuration_ids[0] ?? '',
    });
    return z.object({ credential: z.string() }).parse(credentialResponse.credentials?.[0]).credential;
  };
  return {
    jwk,
    privateKey,
    open,
    redeem,
    prove,
    retrieve,
    async take(link: string, txCode: string): Promise<string> {
      const offer = await open(link);
      const accessToken = await redeem(offer, txCode);
      return retrieve(offer, { accessToken, proof: await prove(offer) });
    },
    present: (
      credential: string,
      claims: readonly string[],
      { audience, nonce, iat }: { audience: string; nonce: string; iat: number },
    ) =>
      new SDJwtVcInstance({
        hasher,
        hashAlg: 'sha-256',
        kbSignAlg: alg,
        kbSigner: (data) => signRaw(data, privateKey, alg),
      }).present(credential, Object.fromEntries(claims.map((name) => [name, true])), {
        kb: { payload: { iat, nonce, aud: audience } },
      }),
  };
}

async function signRaw(data: string, key: CryptoKey, alg: 'ES256' | 'EdDSA'): Promise<string> {
  const algorithm = alg === 'ES256' ? { name: 'ECDSA', hash: 'SHA-256' } : { name: 'Ed25519' };
  return Buffer.from(await crypto.subtle.sign(algorithm, key, Buffer.from(data))).toString('base64url');
}

const metadataGuard = z.object({ issuer: z.string(), jwks_uri: z.string() });
const keysGuard = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

/** Creates a verifier that fetches the trusted issuer's signing keys and checks the revocation status. */
export function createVerifier(reach: Reach, { issuer, nowSec }: { issuer: string; nowSec: () => number }) {
  const get = async (url: string) => {
    const response = await reach(url);
    if (!response.ok) throw new Error(`${response.status}`);
    return response;
  };
  const readKeys = async () => {
    const { origin, pathname } = new URL(issuer);
    const metadata = metadataGuard.parse(await (await get(`${origin}/.well-known/jwt-vc-issuer${pathname}`)).json());
    if (metadata.issuer !== issuer) throw new Error('another issuer');
    return createLocalJWKSet(keysGuard.parse(await (await get(metadata.jwks_uri)).json()));
  };
  const verifier = async (data: string, signature: string): Promise<boolean> => {
    await compactVerify(`${data}.${signature}`, await readKeys());
    return true;
  };
  const instance = new SDJwtVcInstance({
    hasher,
    hashAlg: 'sha-256',
    verifier,
    statusVerifier: verifier,
    statusListFetcher: async (url) => (await get(url)).text(),
  });
  return {
    async verify(credential: string) {
      const { payload } = await instance.verify(credential, { currentDate: nowSec() });
      return payload;
    },
    async readStatus(uri: string, index: number) {
      const jws = await (await get(uri)).text();
      return getListFromStatusListJWT(jws).getStatus(index);
    },
  };
}
