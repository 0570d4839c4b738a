import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';

export type Altered = readonly [variant: string, text: string];

const changedAt = (text: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.nat({ max: Math.max(text.length - 1, 0) }), fc.constantFrom('G', 'z', '7', '-', '%00'))
    .map(([at, letter]) => text.slice(0, at) + letter + text.slice(at + 1));

/** Returns the ID of a credential in front of its secret. */
const idOf = (text: string): string => /^(?:fs\w_[\da-f]+_|[^.]*\.|)/.exec(text)?.[0] ?? '';

/** @param other - credential of the same kind of another caller */
export function alterSecret(good: string, other = good): readonly Altered[] {
  const id = idOf(good);
  const rows: Readonly<Record<string, string>> = {
    'an empty one': '',
    'one of the right shape':
      good.slice(0, 4) + good.slice(4).replace(/[a-z\d]/gi, () => randomBytes(1).toString('hex')[0]),
    'a known id under another secret': id + randomBytes(32).toString('base64url'),
    'a known id under no secret': id,
    'a secret under another id': idOf(other) + good.slice(id.length),
    'a letter less': good.slice(0, -1),
    'a letter more': `${good}A`,
    'in capitals': good.toUpperCase(),
    'twice in one': `${good}, ${good}`,
    'a name of a prototype': '__proto__.constructor',
    'a key of the store': `../client-token:${good}`,
    'of 8 KB': 'A'.repeat(8 * 1024),
  };
  const changed = fc.sample(changedAt(good), { numRuns: 8, seed: good.length });
  const all = [...Object.entries(rows), ...changed.map((text, at) => [`a letter changed, ${at}`, text] as const)];
  return all.filter(([, text]) => text !== good);
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
export function alterToken(token: string, { publicKey, lure: { url } }: Stranger): readonly Altered[] {
  const [head = '', payload = '', signature = ''] = token.split('.');
  const [header, claims] = [decodePart(head), decodePart(payload)];
  const headers: Readonly<Record<string, object>> = {
    'alg none': { alg: 'none' },
    'kid of a file': { kid: '../../../../dev/null' },
    'jku and x5u of a stranger': { jku: url, x5u: url },
    'jwk of a stranger': { jwk: publicKey },
    'crit nobody knows': { crit: ['exp'] },
    'b64 false': { b64: false, crit: ['b64'] },
  };
  const later = encodePart({ ...claims, exp: Math.floor(Date.now() / 1000) + 86_400 });
  return [
    ...Object.entries(headers).flatMap(([variant, changed]): readonly Altered[] => {
      const altered = `${encodePart({ ...header, ...changed })}.${payload}.`;
      return [
        [variant, altered + signature],
        [`${variant}, no signature`, altered],
      ];
    }),
    ['HS256 under the public key', signHmac({ ...header, alg: 'HS256' }, claims, JSON.stringify(publicKey))],
    ['HS256 under nothing', signHmac({ ...header, alg: 'HS256' }, claims, '')],
    ['later expiry', `${head}.${later}.${signature}`],
    ['no signature', `${head}.${payload}.`],
    ['two parts', `${head}.${payload}`],
  ];
}
