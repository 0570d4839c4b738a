import type { Ports } from '../core/deps.js';
import type { Random } from '../core/ports.js';
import { Credential, digestOf, hasDigest } from '../core/secrets.js';
import { FaceError } from '../errors.js';

/** Draws an unbiased number below `bound`, which is at most 256. */
export function drawBelow(bound: number, random: Random): number {
  const fair = 256 - (256 % bound);
  for (;;) {
    const [byte = 255] = random(1);
    if (byte < fair) return byte % bound;
  }
}

/** Numbers from which to choose. `code` is the right number, which another screen shows or the help desk reads out. */
export interface DrawnChoices {
  readonly choices: string[];
  readonly code: string;
}

const choicesOffered = 3;

/** Draws three numbers of two digits. A guess succeeds one time in three. */
export function drawChoices(random: Random): DrawnChoices {
  const drawn = new Set<string>();
  while (drawn.size < choicesOffered) drawn.add(String(10 + drawBelow(90, random)));
  const choices = [...drawn];
  return { choices, code: choices[drawBelow(choices.length, random)] ?? '' };
}

export const newSecret = ({ random }: Ports<'random'>): Credential =>
  new Credential(Buffer.from(random(32)).toString('base64url'));

export const toStoredDigest = (secret: Credential): string => secret.use(digestOf).toString('base64url');

/** Compares a secret with its stored digest in constant time. `null` matches nothing. */
export const isStored = (secret: Credential, stored: string | null): boolean =>
  stored !== null && secret.use((text) => hasDigest(text, Buffer.from(stored, 'base64url')));

export const joinTicket = (id: string, secret: Credential): Credential =>
  secret.use((text) => new Credential(`${id}.${text}`));

/** Splits a ticket `<id>.<secret>` without verifying it. @throws `step_up_unknown` if malformed */
export function splitTicket(ticket: Credential): { id: string; secret: Credential } {
  const [id = '', secret = '', ...rest] = ticket.use((text) => text.split('.'));
  if (id === '' || secret === '' || rest.length > 0) throw new FaceError('step_up_unknown');
  return { id, secret: new Credential(secret) };
}
