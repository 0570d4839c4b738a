import { FaceError } from '../../errors.js';
import { Credential } from '../concealed.js';
import { digestOf, hasDigest } from '../digest.js';
import type { Random } from '../ports.js';

/** 32 random bytes as text. */
export const newSecret = ({ random }: { readonly random: Random }): Credential =>
  new Credential(Buffer.from(random(32)).toString('base64url'));

/** How secrets of a step-up are stored. */
export const toStoredDigest = (secret: Credential): string => secret.use(digestOf).toString('base64url');

/** Whether a secret is the stored one. Takes the same time wherever they differ; nothing is like `null`. */
export const isStored = (secret: Credential, stored: string | null): boolean =>
  stored !== null && secret.use((text) => hasDigest(text, Buffer.from(stored, 'base64url')));

/** What a link or a browser holds: an id, public, and the secret that belongs to it, as `<id>.<secret>`. */
export const joinTicket = (id: string, secret: Credential): Credential =>
  secret.use((text) => new Credential(`${id}.${text}`));

/** The parts of a ticket; neither is checked. @throws FaceError `step_up_unknown`: not of that form */
export function splitTicket(ticket: Credential): { id: string; secret: Credential } {
  const [id = '', secret = '', ...rest] = ticket.use((text) => text.split('.'));
  if (id === '' || secret === '' || rest.length > 0) throw new FaceError('step_up_unknown');
  return { id, secret: new Credential(secret) };
}
