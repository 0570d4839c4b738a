/*
 * A wallet's side of OpenID for Verifiable Presentations 1.0 with HAIP 1.0. It accepts requests for one card, from
 * senders with a certificate of a trusted authority.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { CompactEncrypt, compactVerify, decodeProtectedHeader, importJWK } from 'jose';
import { z } from 'zod';
import type { HeldCredential } from './holder.js';

const linkGuard = z.object({ client_id: z.string(), request_uri: z.url({ protocol: /^https?$/ }) });
const headerGuard = z.object({ typ: z.literal('oauth-authz-req+jwt'), x5c: z.tuple([z.base64()]) });
const queryGuard = z.object({
  id: z.string(),
  format: z.literal('dc+sd-jwt'),
  meta: z.object({ vct_values: z.array(z.string()) }),
  claims: z.array(z.object({ id: z.string(), path: z.tuple([z.string()]) })),
  claim_sets: z.array(z.array(z.string())).min(1),
});
const requestGuard = z.object({
  client_id: z.string(),
  aud: z.literal('https://self-issued.me/v2'),
  response_type: z.literal('vp_token'),
  response_mode: z.literal('direct_post.jwt'),
  response_uri: z.url({ protocol: /^https?$/ }),
  nonce: z.string().min(1),
  state: z.string(),
  exp: z.int(),
  dcql_query: z.object({ credentials: z.tuple([queryGuard]) }),
  client_metadata: z.object({
    jwks: z.object({
      keys: z.tuple([
        z.object({
          kty: z.literal('EC'),
          crv: z.literal('P-256'),
          x: z.string(),
          y: z.string(),
          alg: z.literal('ECDH-ES'),
          kid: z.string(),
        }),
      ]),
    }),
    encrypted_response_enc_values_supported: z.array(z.string()),
  }),
});
const repliedGuard = z.object({ redirect_uri: z.url({ protocol: /^https?$/ }).optional() });

export type CardRequest = Awaited<ReturnType<typeof readCardRequest>>;

export type Reply = Awaited<ReturnType<CardRequest['decline']>>;

/**
 * Reads a request and verifies its sender.
 * @param authority - authority that signs certificates of verifiers
 * @throws if the request is invalid or its sender unknown
 */
export async function readCardRequest(link: string, authority: X509Certificate) {
  const { protocol, searchParams } = new URL(link);
  if (protocol !== 'openid4vp:') throw new Error('not a request for a card');
  const asked = linkGuard.parse(Object.fromEntries(searchParams));
  const fetched = await fetch(asked.request_uri, { redirect: 'error' });
  if (!fetched.ok) throw new Error('the request has expired');
  const jws = await fetched.text();
  const certificate = findSender(jws, authority);
  const { payload } = await compactVerify(jws, certificate.publicKey, { algorithms: ['ES256'] });
  const request = requestGuard.parse(JSON.parse(new TextDecoder().decode(payload)));
  const hash = createHash('sha256').update(certificate.raw).digest('base64url');
  if (request.client_id !== asked.client_id || request.client_id !== `x509_hash:${hash}`)
    throw new Error('a request that its sender did not sign');
  if (request.exp * 1000 <= Date.now()) throw new Error('the request has expired');

  const { response_uri: responseUri, state } = request;
  const [query] = request.dcql_query.credentials;
  const post = async (body: Record<string, string>) => {
    const response = await fetch(responseUri, { method: 'POST', body: new URLSearchParams(body), redirect: 'error' });
    const { redirect_uri: next } = repliedGuard.parse(await response.json());
    return { isTaken: response.ok, next: next ?? null };
  };
  return {
    sender: /^CN=(.+)$/m.exec(certificate.subject)?.[1] ?? '',
    host: new URL(responseUri).host,
    clientId: request.client_id,
    nonce: request.nonce,
    isFor: ({ vct }: HeldCredential): boolean => query.meta.vct_values.includes(vct),
    /** Alternative lists of claim names. The verifier accepts the claims of any one list. */
    choices: query.claim_sets.map((ids) =>
      ids.map((id) => query.claims.find((claim) => claim.id === id)?.path[0] ?? id),
    ),
    async answer(presentation: string) {
      const { keys, enc } = { keys: request.client_metadata.jwks.keys, enc: 'A256GCM' };
      if (!request.client_metadata.encrypted_response_enc_values_supported.includes(enc))
        throw new Error('no common encryption algorithm');
      const answer = JSON.stringify({ state, vp_token: { [query.id]: [presentation] } });
      const jwe = await new CompactEncrypt(new TextEncoder().encode(answer))
        .setProtectedHeader({ alg: keys[0].alg, enc, kid: keys[0].kid })
        .encrypt(await importJWK(keys[0]));
      return post({ response: jwe });
    },
    decline: () => post({ error: 'access_denied', state }),
  };
}

/**
 * Returns the request's certificate, signed by the authority and currently valid.
 * @throws if there is none
 */
function findSender(jws: string, authority: X509Certificate): X509Certificate {
  const { x5c } = headerGuard.parse(decodeProtectedHeader(jws));
  const certificate = new X509Certificate(Buffer.from(x5c[0], 'base64'));
  const isToday = Date.parse(certificate.validFrom) <= Date.now() && Date.now() < Date.parse(certificate.validTo);
  if (!certificate.checkIssued(authority) || !certificate.verify(authority.publicKey) || !isToday)
    throw new Error('the request is not signed by a verifier with a valid certificate');
  return certificate;
}
