import { createFollower } from '../audit/follow.js';
import type { SecurityEventReceiver } from '../config/security-events.js';
import { toIso } from '../core/units.js';
import { appendDeadLetter, type DeadLetter } from './dead-letters.js';
import { reportedActions, toSecurityEvents } from './event.js';
import { attemptDelivery, type TransmitterDeps } from './transmitter.js';

/** What became of a dead letter that was tried once more. */
export type RetryOutcome = { readonly kind: 'delivered' } | { readonly kind: 'failed'; readonly reason: string };

/**
 * Tries a dead letter once more, under the same jti. What is delivered is no dead letter any more.
 * @param deps.trail - of the server that gave it up
 */
export async function retryDeadLetter(
  letter: DeadLetter,
  receivers: readonly SecurityEventReceiver[],
  deps: Pick<TransmitterDeps, 'files' | 'issuer' | 'signer' | 'clock' | 'fetch'> & {
    readonly trail: { readonly file: string; readonly chain: string };
  },
): Promise<RetryOutcome> {
  const { trail, files, issuer, clock } = deps;
  const receiver = receivers.find(({ id }) => id === letter.receiver);
  if (receiver === undefined) return { kind: 'failed', reason: 'no such receiver in the configuration' };
  const [record] = await createFollower(trail.file, letter.sequence - 1, reportedActions).read(1);
  const events = record === undefined ? [] : toSecurityEvents(record, receiver, { issuer, chain: trail.chain });
  const event = events.find(({ jti }) => jti === letter.jti);
  if (event === undefined) return { kind: 'failed', reason: 'its record is not in the audit trail any more' };
  const outcome = await attemptDelivery(event, receiver, { ...deps, signal: new AbortController().signal });
  if (outcome.kind !== 'delivered') return { kind: 'failed', reason: outcome.reason };
  await appendDeadLetter(files.deadLetters, { jti: letter.jti, deliveredAt: toIso(clock.now()) });
  return outcome;
}
