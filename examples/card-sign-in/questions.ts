/*
 * The verifier side of OpenID for Verifiable Presentations 1.0, in the High Assurance Interoperability Profile (HAIP)
 * 1.0. The request is a signed JWT with a certificate, and asks for one card in a DCQL query. The answer is a JWE,
 * encrypted for this request. The only dependency is jose.
 */
import { createHash, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import { type CryptoKey, compactDecrypt, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { z } from 'zod';

export interface Certified {
  /**
   * PEM certificates: first that of `key`, then those of its issuers, except for the root authority that wallets trust.
   */
  readonly chain: readonly string[];
  readonly key: KeyObject;
}

export interface Question {
  /** Id of the request, used in the wallet's URLs and as `state`. */
  readonly id: string;
  readonly nonce: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

const algorithms = { key: 'ECDH-ES', content: ['A128GCM', 'A256GCM'] };

const answerGuard = z.object({ state: z.string(), vp_token: z.strictObject({ card: z.tuple([z.string()]) }) });

const draw = (): string => randomBytes(24).toString('base64url');

export async function createQuestion(): Promise<Question> {
  const { privateKey, publicKey } = await generateKeyPair(algorithms.key, { crv: 'P-256' });
  const id = draw();
  const jwk = await exportJWK(publicKey);
  return { id, nonce: draw(), privateKey, publicJwk: { ...jwk, use: 'enc', alg: algorithms.key, kid: id } };
}

/** Creates a verifier for one kind of card. */
export function createAsker({
  certified: { chain, key },
  vct,
  wanted,
}: {
  readonly certified: Certified;
  readonly vct: string;
  readonly wanted: readonly [string, ...string[]];
}) {
  const certificates = chain.map((pem) => new X509Certificate(pem).raw);
  const [leaf = Buffer.of()] = certificates;
  const clientId = `x509_hash:${createHash('sha256').update(leaf).digest('base64url')}`;
  const query = {
    credentials: [
      {
        id: 'card',
        format: 'dc+sd-jwt',
        meta: { vct_values: [vct] },
        claims: wanted.map((name) => ({ id: name, path: [name] })),
        claim_sets: [wanted, [wanted[0]]],
      },
    ],
  };
  return {
    clientId,
    linkTo: (requestUri: string): string =>
      `openid4vp://?${new URLSearchParams({ client_id: clientId, request_uri: requestUri })}`,
    /** @param untilSec - expiry, in seconds since 1970 */
    sign: (
      { id, nonce, publicJwk }: Question,
      {
        responseUri,
        nowSec,
        untilSec,
      }: { readonly responseUri: string; readonly nowSec: number; readonly untilSec: number },
    ): Promise<string> =>
      new SignJWT({
        response_type: 'vp_token',
        response_mode: 'direct_post.jwt',
        client_id: clientId,
        response_uri: responseUri,
        nonce,
        state: id,
        dcql_query: query,
        client_metadata: {
          jwks: { keys: [publicJwk] },
          encrypted_response_enc_values_supported: algorithms.content,
          vp_formats_supported: {
            'dc+sd-jwt': { 'sd-jwt_alg_values': ['ES256'], 'kb-jwt_alg_values': ['ES256', 'EdDSA'] },
          },
        },
      })
        .setProtectedHeader({
          alg: 'ES256',
          typ: 'oauth-authz-req+jwt',
          x5c: certificates.map((der) => der.toString('base64')),
        })
        .setAudience('https://self-issued.me/v2')
        .setIssuedAt(nowSec)
        .setExpirationTime(untilSec)
        .sign(key),
    /**
     * Decrypts a wallet's answer and returns the presentation in it.
     * @throws if the answer is not for this request
     */
    async open(answer: string, { id, privateKey }: Question): Promise<string> {
      const { plaintext } = await compactDecrypt(answer, privateKey, {
        keyManagementAlgorithms: [algorithms.key],
        contentEncryptionAlgorithms: algorithms.content,
      });
      const { state, vp_token: token } = answerGuard.parse(JSON.parse(new TextDecoder().decode(plaintext)));
      if (state !== id) throw new Error('an answer to another question');
      return token.card[0];
    },
  };
}
