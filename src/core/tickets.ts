import { FaceError } from '../errors.js';
import type { Ports } from './deps.js';
import { Credential, digestOf, hasDigest } from './secrets.js';

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
