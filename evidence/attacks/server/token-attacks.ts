import { createChance } from '../../statistics/chance.js';
import type { Size } from '../size.js';
import { asClient } from './credentials.js';
import { eachRefused, type Hostile, one } from './hostile.js';
import { toMultipart } from './request.js';
import type { Stage } from './stage.js';
import type { Victims } from './victims.js';

/* Endpoints that take a token which a backend keeps. */

const paths = ['/authenticate', '/authenticate-score', '/content-key'] as const;

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

type Try = readonly [
  kind: Hostile['class'],
  variant: string,
  fields: { readonly token: string; readonly [name: string]: string },
  by?: string,
];

/** Variants of revoked and expired tokens. */
function endedTokens({ expiredToken, credentials }: Stage, { tokens }: Victims): readonly Try[] {
  const { revoked, expiring, good, rival } = tokens;
  const { text: expired, expiry } = expiredToken;
  const later = Math.floor(Date.now() / 1000) + 7 * 86_400;
  const laterText = new Date(later * 1000).toISOString();
  return [
    ['replayed', 'an expired token', { token: expired }],
    ['replayed', 'an expired token with its true expiry', { token: expired, expiry }],
    ['forged', 'an expired token that says no expiry, with the true one', { token: withExpiry(expired, 0), expiry }],
    ['forged', 'an expired token with later bytes, and the true expiry', { token: withExpiry(expired, later), expiry }],
    [
      'forged',
      'an expired token with later bytes, and those said',
      { token: withExpiry(expired, later), expiry: laterText },
    ],
    ['replayed', 'a revoked token', { token: revoked.text }],
    ...[later, 0].map((bytes): Try => {
      const fields = { token: withExpiry(revoked.text, bytes), expiry: revoked.expiry };
      return ['forged', `a revoked token with the expiry ${bytes}, and the true one`, fields];
    }),
    [
      'forged',
      'a token with other expiry bytes, and the true expiry',
      { token: withExpiry(expiring.text, later), expiry: expiring.expiry },
    ],
    ['forged', 'a token with another expiry said', { token: expiring.text, expiry: laterText }],
    ['forged', 'a token without expiry, with one said', { token: good, expiry: laterText }],
    ['cross-tenant', 'another tenant’s token', { token: rival }],
    ['cross-tenant', 'this tenant’s token at another', { token: good }, credentials.rival],
    ['wrong type', 'another purpose than the token’s', { token: good, scope: 'another' }],
    ['wrong type', 'another level than the token’s', { token: good, accuracy: '1' }],
    ['wrong type', 'a password the token has none of', { token: good, password: 'a' }],
  ];
}

/** Sends altered tokens to every endpoint that opens one. */
export function tokenAttacks(stage: Stage, victims: Victims, size: Size): readonly Hostile[] {
  const chance = createChance('token bytes');
  const { text, expiry } = victims.tokens.expiring;
  const isFull = size === 'full';
  const places = isFull ? Array.from({ length: tokenBytes }, (_, at) => at) : [0, 1, 3, 4, 5, 12, 60, 160];
  return paths.flatMap((path, index) => {
    // All endpoints share the code that opens tokens, so only the first endpoint gets a variant for every byte.
    const chosen = places.filter((at) => index === 0 || (isFull ? at % 8 === index || at < 8 : at < 5));
    const flips = chosen.flatMap((at): readonly Try[] => {
      const bits = 1 << chance.below(8);
      const token = change(text, (bytes) => {
        bytes[at] ^= bits;
      });
      const variant = `byte ${at} of a token changed by ${bits}`;
      const alone: readonly Try[] = at < 8 || isFull ? [['forged', variant, { token }]] : [];
      return [['forged', `${variant}, with the true expiry`, { token, expiry }], ...alone];
    });
    const ended = endedTokens(stage, victims).filter(([kind]) => isFull || index === 0 || kind === 'forged');
    return [...ended, ...flips].map(
      ([kind, variant, fields, by = stage.credentials.client]): Hostile => ({
        ...{ endpoint: `POST ${path}`, class: kind, variant, weight: 'face', judge: opened },
        wires() {
          const body = toMultipart([...Object.entries(fields), ['photo', stage.pictures.person[1]]]);
          return one({ method: 'POST', path, headers: asClient(by), body });
        },
      }),
    );
  });
}
