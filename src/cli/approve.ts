import { setTimeout as delay } from 'node:timers/promises';
import { type Action, type FacestepClient, signatureAudience } from '../../client/index.js';
import { FaceError } from '../errors.js';

export interface Asked {
  readonly connection: string;
  readonly subject: string;
  readonly title: string;
  readonly document: { readonly name: string; readonly digest: string };
}

const askAgainMs = 1000;

/**
 * Asks a user to approve a document, and waits for the answer.
 * @param show - receives the address of the capture page, which is for that user only
 * @returns the receipt
 * @throws `face_not_verified` without an approval; FacestepError
 */
export async function approve(
  { connection, subject, title, document }: Asked,
  client: Pick<FacestepClient, 'startStepUp' | 'readStepUp'>,
  { show, signal }: { readonly show: (url: string) => void; readonly signal: AbortSignal },
): Promise<string> {
  const action: Action = { type: 'facestep_action', title, document };
  const { id, url } = await client.startStepUp({ connection, subject, audience: signatureAudience, action });
  show(url);
  for (;;) {
    signal.throwIfAborted();
    const { state, receipt } = await client.readStepUp(id);
    if (receipt !== null) return receipt;
    if (state !== 'started' && state !== 'captured') throw new FaceError('face_not_verified', { state });
    await delay(askAgainMs, undefined, { signal });
  }
}
