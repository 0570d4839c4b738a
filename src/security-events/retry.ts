import { createFollower } from '../audit/follow.js';
import { toIso } from '../core/units.js';
import { appendDeadLetter, type DeadLetter } from './dead-letters.js';
import { attemptPush } from './deliver.js';
import { reportedActions, toSecurityEvents } from './event.js';
import type { DeliveryPorts } from './ports.js';
import type { EventStream } from './stream.js';

export type RetryOutcome = { readonly kind: 'delivered' } | { readonly kind: 'failed'; readonly reason: string };

/** Sends a dead letter again, with the same `jti`. */
export async function retryDeadLetter(
  letter: DeadLetter,
  streams: readonly EventStream[],
  deps: DeliveryPorts<'clock' | 'fetch' | 'sets' | 'trail' | 'files'>,
): Promise<RetryOutcome> {
  const { trail, files, clock } = deps;
  const stream = streams.find(({ id }) => id === letter.receiver);
  if (stream === undefined) return { kind: 'failed', reason: 'no such receiver in the configuration' };
  const { delivery } = stream;
  if (delivery.kind === 'poll') return { kind: 'failed', reason: 'its receiver polls, and refused it' };
  const [record] = await createFollower(trail.file, letter.sequence - 1, reportedActions).read(1);
  const events = record === undefined ? [] : toSecurityEvents(record, stream, trail);
  const event = events.find(({ jti }) => jti === letter.jti);
  if (event === undefined) return { kind: 'failed', reason: 'its record is not in the audit trail any more' };
  const outcome = await attemptPush(event, stream, delivery, { ...deps, signal: new AbortController().signal });
  switch (outcome.kind) {
    case 'skipped':
      return { kind: 'failed', reason: 'the user has no e-mail address' };
    case 'refused':
    case 'failed':
      return { kind: 'failed', reason: outcome.reason };
    case 'delivered':
      await appendDeadLetter(files.deadLetters, { jti: letter.jti, deliveredAt: toIso(clock.now()) });
      return outcome;
  }
}
