import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { type CallbackContext, clientAuthenticationAnonymous } from '@openid4vc/oauth2';
import { Openid4vpClient } from '@openid4vc/openid4vp';
import { DcqlQuery } from 'dcql';
import { CompactEncrypt, compactVerify, exportJWK, importJWK } from 'jose';
import { z } from 'zod';

/* Wallet that presents credentials, built from third-party libraries. */

const queryGuard = z.object({ credentials: z.tuple([z.looseObject({ id: z.string() })]) });

export function createPresenter(authority: X509Certificate) {
  const never = (): never => {
    throw new Error('a wallet needs none of this');
  };
  const callbacks: CallbackContext = {
    fetch: (input, init) => fetch(String(input), init ?? {}),
    hash: (data) => createHash('sha256').update(data).digest(),
    async verifyJwt(signer, { compact }) {
      if (signer.method !== 'x5c' || signer.x5c.length !== 1) return { verified: false };
      const leaf = new X509Certificate(Buffer.from(signer.x5c[0] ?? '', 'base64'));
      if (!leaf.checkIssued(authority) || !leaf.verify(authority.publicKey)) return { verified: false };
      await compactVerify(compact, leaf.publicKey, { algorithms: ['ES256'] });
      const jwk = await exportJWK(leaf.publicKey);
      return { verified: true, signerJwk: { ...jwk, kty: 'EC' } };
    },
    async encryptJwe({ publicJwk, alg, enc, apu, apv }, data) {
      const parties = { ...(apu === undefined ? {} : { apu }), ...(apv === undefined ? {} : { apv }) };
      const kid = publicJwk.kid === undefined ? {} : { kid: publicJwk.kid };
      const jwe = await new CompactEncrypt(new TextEncoder().encode(data))
        .setProtectedHeader({ alg, enc, ...kid, ...parties })
        .encrypt(await importJWK(JSON.parse(JSON.stringify(publicJwk)), alg));
      return { encryptionJwk: publicJwk, jwe };
    },
    getX509CertificateMetadata: () => ({ sanDnsNames: [], sanUriNames: [] }),
    signJwt: never,
    decryptJwe: never,
    generateRandom: (bytes) => randomBytes(bytes),
    clientAuthentication: clientAuthenticationAnonymous(),
  };
  const client = new Openid4vpClient({ callbacks });

  const read = async (link: string) => {
    const { params } = client.parseOpenid4vpAuthorizationRequest({ authorizationRequest: link });
    const resolved = await client.resolveOpenId4vpAuthorizationRequest({ authorizationRequestPayload: params });
    const payload = z
      .looseObject({ nonce: z.string(), response_uri: z.string(), response_mode: z.literal('direct_post.jwt') })
      .parse(resolved.authorizationRequestPayload);
    return {
      resolved,
      payload,
      audience: resolved.client.effective,
      nonce: payload.nonce,
      query: queryGuard.parse(resolved.dcql?.query),
    };
  };
  type Request = Awaited<ReturnType<typeof read>>;

  const match = ({ query }: Pick<Request, 'query'>, vct: string, claims: Record<string, string>): string[][] => {
    const parsed = DcqlQuery.parse(query as never);
    DcqlQuery.validate(parsed);
    const held = { credential_format: 'dc+sd-jwt', vct, claims, cryptographic_holder_binding: true } as const;
    const found = DcqlQuery.query(parsed, [held]).credential_matches[query.credentials[0].id];
    const [card] = found?.success === true ? found.valid_credentials : [];
    return card === undefined ? [] : card.claims.valid_claim_sets.map(({ output }) => Object.keys(output));
  };

  const seal = async ({ resolved, query }: Request, presentation: string) => {
    const { authorizationRequestPayload } = resolved;
    const sealed = await client.createOpenid4vpAuthorizationResponse({
      authorizationRequestPayload,
      authorizationResponsePayload: { vp_token: { [query.credentials[0].id]: [presentation] } },
      jarm: {
        encryption: { nonce: randomBytes(16).toString('base64url') },
        serverMetadata: {
          authorization_signing_alg_values_supported: [],
          authorization_encryption_alg_values_supported: ['ECDH-ES'],
          authorization_encryption_enc_values_supported: ['A128GCM', 'A256GCM'],
        },
      },
    });
    return { ...sealed, authorizationRequestPayload };
  };

  return {
    read,
    match,
    seal,
    async answer(request: Request, presentation: string) {
      const { authorizationRequestPayload, authorizationResponsePayload, jarm } = await seal(request, presentation);
      const sent = {
        authorizationRequestPayload,
        authorizationResponsePayload,
        ...(jarm === undefined ? {} : { jarm }),
      };
      const { response } = await client.submitOpenid4vpAuthorizationResponse(sent as never);
      return { status: response.status, body: z.looseObject({}).parse(await response.json()) };
    },
  };
}
