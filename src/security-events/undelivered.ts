import { createFollower } from '../audit/follow.js';
import { toIso } from '../core/units.js';
import { appendDeadLetter, type DeadLetter, readDeadLetters } from './dead-letters.js';
import { attemptPush } from './deliver.js';
import { reportedActionsOf, type SecurityEvent, toSecurityEvents } from './event.js';
import type { DeliveryPorts } from './ports.js';
import type { EventStream } from './stream.js';

type RetryPorts = DeliveryPorts<'auditEvents' | 'clock' | 'fetch' | 'sets' | 'trail' | 'files'>;

type RetryOutcome = { readonly kind: 'delivered' } | { readonly kind: 'failed'; readonly reason: string };

/** Reads the events of one record from the audit log again. Returns none if it is not there any more. */
export async function readEventsAt(
  sequence: number,
  stream: EventStream,
  { trail, auditEvents }: DeliveryPorts<'trail' | 'auditEvents'>,
): Promise<readonly SecurityEvent[]> {
  const [record] = await createFollower(trail.file, sequence - 1, reportedActionsOf(stream), auditEvents).read(1);
  return record?.sequence === sequence ? toSecurityEvents(record, stream, trail) : [];
}

/** Sends a dead letter again, with the same `jti`. */
export async function retryDeadLetter(
  letter: DeadLetter,
  streams: readonly EventStream[],
  deps: RetryPorts,
): Promise<RetryOutcome> {
  const { files, clock } = deps;
  const stream = streams.find(({ id }) => id === letter.receiver);
  if (stream === undefined) return { kind: 'failed', reason: 'no such receiver in the configuration' };
  const { delivery } = stream;
  if (delivery.kind === 'poll') return { kind: 'failed', reason: 'its receiver polls, and refused it' };
  const event = (await readEventsAt(letter.sequence, stream, deps)).find(({ jti }) => jti === letter.jti);
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

/** Events of this server that were given up. */
export interface Undelivered {
  list(): Promise<readonly DeadLetter[]>;
  /** Sends events again, at the same time. @returns why each was not delivered; `null` if it was */
  retry(ids: readonly string[]): Promise<readonly { readonly id: string; readonly reason: string | null }[]>;
}

/** @param listStreams - returns the present streams, those that were created over the API included */
export function createUndelivered(listStreams: () => Promise<readonly EventStream[]>, deps: RetryPorts): Undelivered {
  const list = (): Promise<DeadLetter[]> => readDeadLetters(deps.files.deadLetters);
  return {
    list,
    async retry(ids) {
      const [letters, streams] = await Promise.all([list(), listStreams()]);
      const retryOne = async (letter: DeadLetter) => {
        const outcome = await retryDeadLetter(letter, streams, deps);
        return { id: letter.jti, reason: outcome.kind === 'failed' ? outcome.reason : null };
      };
      return Promise.all(letters.filter(({ jti }) => ids.includes(jti)).map(retryOne));
    },
  };
}
