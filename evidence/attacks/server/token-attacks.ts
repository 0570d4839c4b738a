import { createChance } from '../../statistics/chance.js';
import { asClient } from './credentials.js';
import type { Hostile } from './hostile.js';
import { eachRefused, one } from './hostile.js';
import { type FormPart, toMultipart } from './request.js';
import type { Stage } from './stage.js';
import type { Victims } from './victims.js';

/* Tokens that a backend keeps, changed byte by byte, with the right face before the camera. */

const paths = ['/authenticate', '/authenticate-score', '/content-key'] as const;

/** Of a token: `fv1.` and the base64url of these. */
const tokenBytes = 168;
const expiryAt = [4, 5, 6, 7] as const;

const decode = (token: string): Buffer => Buffer.from(token.slice(4), 'base64url');
const encode = (bytes: Buffer): string => `fv1.${bytes.toString('base64url')}`;

function flip(token: string, at: number, bits: number): string {
  const bytes = decode(token);
  bytes[at] ^= bits;
  return encode(bytes);
}

/** With its expiry bytes set to that second. */
function withExpiry(token: string, seconds: number): string {
  const bytes = decode(token);
  bytes.writeUInt32BE(seconds, 4);
  return encode(bytes);
}

/** Opened: the right face is no news, a changed token that takes it is. */
const opened = eachRefused(
  ({ answer }) => answer !== null && answer.status < 400 && /"(?:authenticated|released)":true/.test(answer.text),
);

interface Try {
  readonly path: string;
  readonly class: Hostile['class'];
  readonly variant: string;
  readonly token: string;
  readonly expiry?: string;
  readonly by?: string;
  readonly more?: readonly FormPart[];
}

function toHostile({ path, class: kind, variant, token, expiry, by, more = [] }: Try, stage: Stage): Hostile {
  const { credentials, pictures } = stage;
  return {
    endpoint: `POST ${path}`,
    class: kind,
    variant,
    weight: 'face',
    judge: opened,
    wires() {
      const parts: FormPart[] = [['token', token], ['photo', pictures.person[1]], ...more];
      if (expiry !== undefined) parts.push(['expiry', expiry]);
      const body = toMultipart(parts);
      return one({ method: 'POST', path, headers: asClient(by ?? credentials.client), body });
    },
  };
}

/** What ends a token must end every form of it, and no form of it may open beside it. */
function endedTokens(path: string, stage: Stage, { tokens }: Victims): readonly Try[] {
  const { revoked, expiring, good, rival } = tokens;
  const { expiredToken, credentials } = stage;
  const later = Math.floor(Date.now() / 1000) + 7 * 86_400;
  const laterText = new Date(later * 1000).toISOString();
  return [
    { path, class: 'replayed', variant: 'an expired token', token: expiredToken.text },
    { path, class: 'replayed', variant: 'an expired token with its true expiry', ...toSaid(expiredToken) },
    {
      path,
      class: 'forged',
      variant: 'an expired token that says no expiry, with the true one',
      token: withExpiry(expiredToken.text, 0),
      expiry: expiredToken.expiry,
    },
    {
      path,
      class: 'forged',
      variant: 'an expired token with later bytes, and the true expiry',
      token: withExpiry(expiredToken.text, later),
      expiry: expiredToken.expiry,
    },
    {
      path,
      class: 'forged',
      variant: 'an expired token with later bytes, and those said',
      token: withExpiry(expiredToken.text, later),
      expiry: laterText,
    },
    { path, class: 'replayed', variant: 'a revoked token', token: revoked.text },
    {
      path,
      class: 'forged',
      variant: 'a revoked token with other expiry bytes, and the true expiry',
      token: withExpiry(revoked.text, later),
      expiry: revoked.expiry,
    },
    {
      path,
      class: 'forged',
      variant: 'a revoked token that says no expiry, with the true one',
      token: withExpiry(revoked.text, 0),
      expiry: revoked.expiry,
    },
    {
      path,
      class: 'forged',
      variant: 'a token with other expiry bytes, and the true expiry',
      token: withExpiry(expiring.text, later),
      expiry: expiring.expiry,
    },
    { path, class: 'forged', variant: 'a token with another expiry said', token: expiring.text, expiry: laterText },
    { path, class: 'forged', variant: 'a token without expiry, with one said', token: good, expiry: laterText },
    { path, class: 'cross-tenant', variant: 'another tenant’s token', token: rival },
    { path, class: 'cross-tenant', variant: 'this tenant’s token at another', token: good, by: credentials.rival },
    {
      path,
      class: 'wrong type',
      variant: 'another purpose than the token’s',
      token: good,
      more: [['scope', 'another']],
    },
    { path, class: 'wrong type', variant: 'another level than the token’s', token: good, more: [['accuracy', '1']] },
    { path, class: 'wrong type', variant: 'a password the token has none of', token: good, more: [['password', 'a']] },
  ];
}

const toSaid = ({ text, expiry }: { readonly text: string; readonly expiry: string }) => ({ token: text, expiry });

/**
 * Changed tokens at every endpoint that opens one.
 * @param size - every byte in the full form; in the quick one those of the expiry, and one of each other field
 */
export function tokenAttacks(stage: Stage, victims: Victims, size: 'quick' | 'full'): readonly Hostile[] {
  const chance = createChance('token bytes');
  const { expiring } = victims.tokens;
  const all = Array.from({ length: tokenBytes }, (_, at) => at);
  const places = size === 'full' ? all : [0, 1, 3, ...expiryAt.slice(0, 2), 12, 60, 160];
  return paths.flatMap((path, index) => {
    // The endpoints share what opens a token: each byte at the first, and every eighth at the others.
    const chosen = places.filter((at) => index === 0 || (size === 'full' ? at % 8 === index || at < 8 : at < 5));
    const flips = chosen.flatMap((at): Try[] => {
      const bits = 1 << chance.below(8);
      const flipped = flip(expiring.text, at, bits);
      const variant = `byte ${at} of a token changed by ${bits}`;
      return [
        { path, class: 'forged', variant: `${variant}, with the true expiry`, token: flipped, expiry: expiring.expiry },
        ...(at < 8 || size === 'full' ? [{ path, class: 'forged' as const, variant, token: flipped }] : []),
      ];
    });
    const ended =
      size === 'full' || index === 0
        ? endedTokens(path, stage, victims)
        : endedTokens(path, stage, victims).filter(({ class: kind }) => kind === 'forged');
    return [...ended, ...flips].map((each) => toHostile(each, stage));
  });
}
