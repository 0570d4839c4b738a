import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';

/** Returns the ID of a credential in front of its secret. */
const idOf = (text: string): string => /^(?:fs\w_[\da-f]+_|[^.]*\.|)/.exec(text)?.[0] ?? '';

/** @param other - credential of the same kind of another caller */
export function alterSecret(good: string, other = good): readonly string[] {
  const id = idOf(good);
  const changed = fc
    .tuple(fc.nat({ max: Math.max(good.length - 1, 0) }), fc.constantFrom('G', 'z', '7', '-', '%00'))
    .map(([at, letter]) => good.slice(0, at) + letter + good.slice(at + 1));
  const rightShape = good.slice(0, 4) + good.slice(4).replace(/[a-z\d]/gi, () => randomBytes(1).toString('hex')[0]);
  const known = [id, id + randomBytes(32).toString('base64url'), idOf(other) + good.slice(id.length), rightShape];
  const spelled = [good.slice(0, -1), `${good}A`, good.toUpperCase(), `${good}, ${good}`];
  const strange = ['', '__proto__.constructor', `../client-token:${good}`, 'A'.repeat(8 * 1024)];
  const all = [...known, ...spelled, ...strange, ...fc.sample(changed, { numRuns: 8, seed: good.length })];
  return all.filter((text) => text !== good);
}

export const encodePart = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export function signHmac(header: object, claims: object, secret: string): string {
  const signed = `${encodePart(header)}.${encodePart(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

const decodePart = (part: string): object => JSON.parse(Buffer.from(part, 'base64url').toString());

export interface Stranger {
  readonly publicKey: object;
  /** URL that a server would fetch if it trusted the token’s header. */
  readonly lure: { readonly url: string };
}

/** Returns forgeries of a valid JWT. */
export function alterToken(token: string, { publicKey, lure: { url } }: Stranger): readonly string[] {
  const [head = '', payload = '', signature = ''] = token.split('.');
  const [header, claims] = [decodePart(head), decodePart(payload)];
  const headers = [
    ...[{ alg: 'none' }, { kid: '../../../../dev/null' }, { jku: url, x5u: url }, { jwk: publicKey }],
    ...[{ crit: ['exp'] }, { b64: false, crit: ['b64'] }],
  ];
  const later = encodePart({ ...claims, exp: Math.floor(Date.now() / 1000) + 86_400 });
  return [
    ...headers
      .map((changed) => `${encodePart({ ...header, ...changed })}.${payload}.`)
      .flatMap((altered) => [altered, altered + signature]),
    ...[JSON.stringify(publicKey), ''].map((secret) => signHmac({ ...header, alg: 'HS256' }, claims, secret)),
    ...[`${head}.${later}.${signature}`, `${head}.${payload}.`, `${head}.${payload}`],
  ];
}
