import { FaceError } from '../../errors.js';
import { Credential } from '../concealed.js';

/** What a link or a browser holds: an id, public, and the secret that belongs to it, as `<id>.<secret>`. */
export const joinTicket = (id: string, secret: Credential): Credential =>
  secret.use((text) => new Credential(`${id}.${text}`));

/** The parts of a ticket; neither is checked. @throws FaceError `step_up_unknown`: not of that form */
export function splitTicket(ticket: Credential): { id: string; secret: Credential } {
  const [id = '', secret = '', ...rest] = ticket.use((text) => text.split('.'));
  if (id === '' || secret === '' || rest.length > 0) throw new FaceError('step_up_unknown');
  return { id, secret: new Credential(secret) };
}
