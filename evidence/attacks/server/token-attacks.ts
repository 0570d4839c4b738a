import fc from 'fast-check';
import type { Size } from '../attack.js';
import { asClient } from './credentials.js';
import { post, toMultipart } from './exchange.js';
import { eachRefused, type Hostile, one } from './hostile.js';
import type { Stage } from './stage.js';
import type { Victims } from './victims.js';

/* Endpoints that take a token which a backend keeps. */

const tokenBytes = 168;

const expiryAt = 4;

function change(token: string, to: (bytes: Buffer) => void): string {
  const bytes = Buffer.from(token.slice(4), 'base64url');
  to(bytes);
  return `fv1.${bytes.toString('base64url')}`;
}

const withExpiry = (token: string, seconds: number): string =>
  change(token, (bytes) => void bytes.writeUInt32BE(seconds, expiryAt));

const opened = eachRefused(({ status, text }) => status < 400 && /"(?:authenticated|released)":true/.test(text));

type Fields = { readonly token: string; readonly [name: string]: string };
type Try = readonly [kind: Hostile['class'], variant: string, fields: Fields, by?: string];

/** Sends tokens that are altered, over or another's to every endpoint that opens one. */
export function tokenAttacks({ expiredToken, credentials, pictures }: Stage, victims: Victims, size: Size) {
  const { revoked, expiring, good, rival } = victims.tokens;
  const { text: expired, expiry } = expiredToken;
  const later = Math.floor(Date.now() / 1000) + 7 * 86_400;
  const laterText = new Date(later * 1000).toISOString();
  const tries: readonly Try[] = [
    ['replayed', 'an expired token', { token: expired }],
    ['replayed', 'an expired token with its true expiry', { token: expired, expiry }],
    [
      'forged',
      'an expired token with a changed expiry, and this expiry stated',
      { token: withExpiry(expired, later), expiry: laterText },
    ],
    ['replayed', 'a revoked token', { token: revoked.text }],
    ...[later, 0].flatMap((bytes): readonly Try[] =>
      Object.entries({ expired: expiredToken, revoked, expiring }).map(([name, token]) => [
        'forged',
        `the ${name} token with the expiry ${bytes}, and the true one`,
        { token: withExpiry(token.text, bytes), expiry: token.expiry },
      ]),
    ),
    ['forged', 'a token with another expiry stated', { token: expiring.text, expiry: laterText }],
    ['forged', 'a token without expiry, with an expiry stated', { token: good, expiry: laterText }],
    ['cross-tenant', 'another tenant’s token', { token: rival }],
    ['cross-tenant', 'this tenant’s token at another', { token: good }, credentials.rival],
    ['wrong type', 'another purpose than the token’s', { token: good, scope: 'another' }],
    ['wrong type', 'another level than the token’s', { token: good, accuracy: '1' }],
    ['wrong type', 'a password for a token without a password', { token: good, password: 'a' }],
  ];
  const flip = fc.tuple(fc.nat({ max: tokenBytes - 1 }), fc.nat({ max: 7 })).map(([at, bit]): Try => {
    const token = change(expiring.text, (bytes) => {
      bytes[at] ^= 1 << bit;
    });
    return ['forged', `bit ${bit} of byte ${at} changed`, { token, expiry: expiring.expiry }];
  });
  return ['/authenticate', '/authenticate-score', '/content-key'].flatMap((path, seed) =>
    [...tries, ...fc.sample(flip, { seed, numRuns: size === 'full' ? 150 : 6 })].map(
      ([kind, variant, fields, by = credentials.client]): Hostile => ({
        endpoint: `POST ${path}`,
        class: kind,
        variant,
        weight: 'face',
        judge: opened,
        wires: () =>
          one(post(path, toMultipart([...Object.entries(fields), ['photo', pictures.person[1]]]), asClient(by))),
      }),
    ),
  );
}
