import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';

export type Altered = readonly [variant: string, text: string];

const hexDigit = (): string => (randomBytes(1)[0] % 16).toString(16);

const halves = (text: string): readonly [string, string] => {
  const [, id = '', secret = ''] = /^(fs\w_[\da-f]+_|[^.]*\.|)(.*)$/.exec(text) ?? [];
  return [id, secret];
};

const changedAt = (text: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.nat({ max: Math.max(text.length - 1, 0) }), fc.constantFrom('G', 'z', '7', '-', '%00'))
    .map(([at, letter]) => text.slice(0, at) + letter + text.slice(at + 1));

export function alterSecret(good: string, other: string): readonly Altered[] {
  const [id, secret] = halves(good);
  const [otherId] = halves(other);
  const all: readonly Altered[] = [
    ['an empty one', ''],
    ['one of the right shape', good.slice(0, 4) + good.slice(4).replace(/[a-z\d]/gi, hexDigit)],
    ['a known id under another secret', id + randomBytes(32).toString('base64url')],
    ['a known id under no secret', id],
    ['a secret under another id', otherId + secret],
    ['a letter less', good.slice(0, -1)],
    ['a letter more', `${good}A`],
    ['in capitals', good.toUpperCase()],
    ['behind a word', `Bearer ${good}`],
    ['twice in one', `${good}, ${good}`],
    ['three parts', `${good}.x`],
    ['a name of a prototype', '__proto__.constructor'],
    ['a pattern', 'fst_.*_.*'],
    ['a key of the store', `../client-token:${good}`],
    ['of 8 KB', 'A'.repeat(8 * 1024)],
    ...fc
      .sample(changedAt(good), { numRuns: 8, seed: good.length })
      .map((text, at): Altered => [`a letter changed, ${at}`, text]),
  ];
  return all.filter(([, text]) => text !== good);
}

export const encodePart = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export function signHmac(header: object, claims: object, secret: string): string {
  const signed = `${encodePart(header)}.${encodePart(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

const decodePart = (part: string): object => JSON.parse(Buffer.from(part, 'base64url').toString());

/**
 * Returns forgeries of a valid token.
 * @param lure - URL that a server would fetch if it trusted the token's header
 */
export function alterToken(
  token: string,
  { publicKey, lure }: { readonly publicKey: object; readonly lure: string },
): readonly Altered[] {
  const [head = '', payload = '', signature = ''] = token.split('.');
  const [header, claims] = [decodePart(head), decodePart(payload)];
  const withHeader = (changed: object, ending = signature): string =>
    `${encodePart({ ...header, ...changed })}.${payload}.${ending}`;
  const inTheFuture = Math.floor(Date.now() / 1000) + 86_400;
  const flipped = Buffer.from(signature, 'base64url');
  flipped[0] ^= 1;
  return [
    ['alg none', withHeader({ alg: 'none' }, '')],
    ['alg None', withHeader({ alg: 'None' }, '')],
    ['alg none with the signature', withHeader({ alg: 'none' })],
    ['HS256 under the public key', signHmac({ ...header, alg: 'HS256' }, claims, JSON.stringify(publicKey))],
    ['HS256 under nothing', signHmac({ ...header, alg: 'HS256' }, claims, '')],
    ['kid of a file', withHeader({ kid: '../../../../dev/null' })],
    ['kid of SQL', withHeader({ kid: "' OR '1'='1" })],
    ['jku of a stranger', withHeader({ jku: lure })],
    ['x5u of a stranger', withHeader({ x5u: lure })],
    ['jwk of a stranger', withHeader({ jwk: publicKey })],
    ['crit nobody knows', withHeader({ crit: ['exp'] })],
    ['b64 false', withHeader({ b64: false, crit: ['b64'] })],
    ['later expiry', `${head}.${encodePart({ ...claims, exp: inTheFuture })}.${signature}`],
    ['signature of another byte', `${head}.${payload}.${flipped.toString('base64url')}`],
    ['no signature', `${head}.${payload}.`],
    ['two parts', `${head}.${payload}`],
    ['five parts', `${token}.a.b`],
  ];
}
