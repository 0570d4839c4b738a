import { createHmac, randomBytes } from 'node:crypto';
import type { Stage } from './stage.js';

/** What a user pool's trigger signs, so that a face check begins. */
export interface RequestClaims {
  readonly iss: string;
  readonly aud: string;
  readonly sub: string;
  readonly iat: number;
  readonly exp: number;
  readonly nonce: string;
  readonly client_id: string;
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const header = { alg: 'HS256', typ: 'facestep-request+jwt' };

/** Signed by HMAC-SHA256. @param protectedHeader - in place of the right one */
export function signRequest(claims: object, secret: string, protectedHeader: object = header): string {
  const signed = `${encode(protectedHeader)}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

/** What the pool behind the connection `shop` would sign now. */
export function requestClaims({ url, providers: { shop } }: Pick<Stage, 'url' | 'providers'>): RequestClaims {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: shop.userPoolId,
    aud: `${url}/hooks/shop`,
    sub: 'somebody',
    client_id: shop.clientId,
    iat: now,
    exp: now + 180,
    nonce: randomBytes(16).toString('base64url'),
  };
}

/** A good one. */
export const goodRequest = (stage: Pick<Stage, 'url' | 'providers'>): string =>
  signRequest(requestClaims(stage), stage.providers.shop.requestSecret);

/** Requests that the pool never signed so, by what is wrong with them. */
export function badRequests(stage: Pick<Stage, 'url' | 'providers'>): readonly (readonly [string, string])[] {
  const { requestSecret } = stage.providers.shop;
  const claims = requestClaims(stage);
  const by = (changes: object): string => signRequest({ ...claims, ...changes }, requestSecret);
  const now = claims.iat;
  const unsigned = `${encode({ ...header, alg: 'none' })}.${encode(claims)}.`;
  return [
    ['a request under another secret', signRequest(claims, randomBytes(32).toString('base64url'))],
    ['a request under no secret', signRequest(claims, '')],
    ['an unsigned request', unsigned],
    ['a request of another type', signRequest(claims, requestSecret, { ...header, typ: 'JWT' })],
    ['a request that says it is signed by RS256', signRequest(claims, requestSecret, { ...header, alg: 'RS256' })],
    ['a request of another pool', by({ iss: 'eu-central-1_Other' })],
    ['a request of another app client', by({ client_id: 'other' })],
    ['a request that has expired', by({ iat: now - 600, exp: now - 420 })],
    ['a request that lasts for ever', by({ iat: now - 600, exp: now + 10 ** 9 })],
    ['a request of the future', by({ iat: now + 3600, exp: now + 3780 })],
    ['a request without a nonce', by({ nonce: undefined })],
    ['a request about nobody', by({ sub: '' })],
    ['a request whose claims were changed', by({}).replace(/\.[^.]+\./, `.${encode({ ...claims, sub: 'else' })}.`)],
  ];
}
