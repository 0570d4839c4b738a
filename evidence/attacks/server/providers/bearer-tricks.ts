import { createHmac } from 'node:crypto';
import type { Header } from '../request.js';

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const toBearer = (token: string): readonly Header[] => [['Authorization', `Bearer ${token}`]];

/** The parts of a compact JWS. */
function split(token: string): { header: string; payload: string; signature: string } {
  const [header = '', payload = '', signature = ''] = token.split('.');
  return { header, payload, signature };
}

const headerOf = (token: string): object => JSON.parse(Buffer.from(split(token).header, 'base64url').toString());

const claimsOf = (token: string): object => JSON.parse(Buffer.from(split(token).payload, 'base64url').toString());

/**
 * What can be made of a good token and its public key by somebody who holds no private one.
 * @param lure - an address that a trusting reader of headers would fetch
 */
export function alterToken(
  token: string,
  { publicKey, lure }: { readonly publicKey: object; readonly lure: string },
): readonly (readonly [string, string])[] {
  const { payload, signature } = split(token);
  const header = headerOf(token);
  const withHeader = (changed: object, ending = signature): string =>
    `${encode({ ...header, ...changed })}.${payload}.${ending}`;
  const byKey = (changed: object, key: string): string => {
    const signed = `${encode({ ...header, ...changed })}.${payload}`;
    return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
  };
  const inTheFuture = Math.floor(Date.now() / 1000) + 86_400;
  const flipped = Buffer.from(signature, 'base64url');
  flipped[0] ^= 1;
  return [
    ['alg none', withHeader({ alg: 'none' }, '')],
    ['alg None', withHeader({ alg: 'None' }, '')],
    ['alg none with the signature', withHeader({ alg: 'none' })],
    ['HS256 under the public key', byKey({ alg: 'HS256' }, JSON.stringify(publicKey))],
    ['HS256 under nothing', byKey({ alg: 'HS256' }, '')],
    ['kid of a file', withHeader({ kid: '../../../../dev/null' })],
    ['kid of SQL', withHeader({ kid: "' OR '1'='1" })],
    ['jku of a stranger', withHeader({ jku: lure })],
    ['x5u of a stranger', withHeader({ x5u: lure })],
    ['jwk of a stranger', withHeader({ jwk: publicKey })],
    ['crit nobody knows', withHeader({ crit: ['exp'] })],
    ['b64 false', withHeader({ b64: false, crit: ['b64'] })],
    ['later expiry', `${split(token).header}.${encode({ ...claimsOf(token), exp: inTheFuture })}.${signature}`],
    ['signature of another byte', `${split(token).header}.${payload}.${flipped.toString('base64url')}`],
    ['no signature', `${split(token).header}.${payload}.`],
    ['two parts', `${split(token).header}.${payload}`],
    ['five parts', `${token}.a.b`],
  ];
}

/** The same as headers of a request. */
export const toBearerForgeries = (
  tokens: readonly (readonly [string, string])[],
): readonly (readonly [string, readonly Header[]])[] => tokens.map(([name, token]) => [name, toBearer(token)]);
