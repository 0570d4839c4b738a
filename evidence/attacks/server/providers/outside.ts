import { once } from 'node:events';
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

export interface Outside {
  readonly url: string;
  sign(claims: JWTPayload, life?: { readonly issuedAt?: number; readonly lifeSec?: number }): Promise<string>;
  /** Signs with an unpublished key, but names the key ID of a published key. */
  forge(claims: JWTPayload, header?: Readonly<Record<string, unknown>>): Promise<string>;
  readonly publicKey: { readonly kid: string; readonly jwk: Readonly<Record<string, unknown>> };
  readonly lured: readonly string[];
  close(): Promise<void>;
}

/**
 * Starts a server with an issuer's signing keys, a password verifier, and `/lure`. Only hostile requests name `/lure`,
 * so a request to it is a server-side request forgery.
 */
export async function openOutside(): Promise<Outside> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const unpublished = await generateKeyPair('RS256', { extractable: true });
  const kid = 'outside-1';
  const jwk = { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'RS256' };
  const lured: string[] = [];
  const server = createServer((request, response) => {
    request.resume();
    if (request.url?.startsWith('/lure') === true) lured.push(request.url);
    const body = request.url === '/v1/keys' ? { keys: [jwk] } : { verified: true };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const sign = (
    key: typeof privateKey,
    claims: JWTPayload,
    header: Readonly<Record<string, unknown>>,
    { issuedAt = Math.floor(Date.now() / 1000), lifeSec = 3600 } = {},
  ): Promise<string> =>
    new SignJWT({ iat: issuedAt, exp: issuedAt + lifeSec, iss: url, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid, ...header })
      .sign(key);
  return {
    url,
    lured,
    publicKey: { kid, jwk },
    sign: (claims, life) => sign(privateKey, claims, {}, life),
    forge: (claims, header = {}) => sign(unpublished.privateKey, claims, header),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
