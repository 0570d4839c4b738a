import { createFollower } from '../audit/follow.js';
import { toIso } from '../core/units.js';
import { appendDeadLetter, type DeadLetter, readDeadLetters } from './dead-letters.js';
import { attemptPush } from './deliver.js';
import { reportedActionsOf, type SecurityEvent, toSecurityEvents } from './event.js';
import type { DeliveryPorts } from './ports.js';
import type { EventStream, PushDelivery, WebhookDelivery } from './stream.js';

type RetryPorts = DeliveryPorts<'auditEvents' | 'clock' | 'random' | 'fetch' | 'sets' | 'trail' | 'files'>;

type RetryOutcome = { readonly kind: 'delivered' } | { readonly kind: 'failed'; readonly reason: string };

const recordsPerRead = 1000;

/** Reads the events of records from the audit log again, in one pass. Leaves out records that are not there any more. */
export async function readEventsAt(
  sequences: readonly number[],
  stream: EventStream,
  { trail, auditEvents }: DeliveryPorts<'trail' | 'auditEvents'>,
): Promise<readonly SecurityEvent[]> {
  if (sequences.length === 0) return [];
  const [first, last] = [Math.min(...sequences), Math.max(...sequences)];
  const wanted = new Set(sequences);
  const follower = createFollower(trail.file, first - 1, reportedActionsOf(stream), auditEvents);
  const events: SecurityEvent[] = [];
  for (let at = first; at < last + 1; ) {
    const records = await follower.read(recordsPerRead);
    const found = records.filter(({ sequence }) => wanted.has(sequence));
    events.push(...found.flatMap((record) => toSecurityEvents(record, stream, trail)));
    at = (records.at(-1)?.sequence ?? last) + 1;
  }
  return events;
}

type RetryPlan =
  | { readonly kind: 'ready'; readonly stream: EventStream; readonly delivery: PushDelivery | WebhookDelivery }
  | { readonly kind: 'failed'; readonly reason: string };

/** Finds where this server can send an event again, or why it cannot. */
function planRetry(
  { receiver, chain, sequence }: DeadLetter,
  streams: readonly EventStream[],
  { trail }: DeliveryPorts<'trail'>,
): RetryPlan {
  const stream = streams.find(({ id }) => id === receiver);
  if (stream === undefined) return { kind: 'failed', reason: 'no such receiver in the configuration' };
  const { delivery } = stream;
  if (delivery.kind === 'poll') return { kind: 'failed', reason: 'its receiver polls, and refused it' };
  if (chain === null || chain === trail.chain) return { kind: 'ready', stream, delivery };
  const where = `record ${sequence} is in the audit trail of another server, whose audit-chain begins with ${chain.slice(0, 8)}`;
  const advice = 'append its line of dead-letters.jsonl to the one of that server, and send it again at that server';
  return { kind: 'failed', reason: `${where}: ${advice}` };
}

/**
 * Reads the events of dead letters from the audit log, in one pass for each stream.
 * @returns a function that sends one of them again, with the same `jti`
 */
export async function openRetry(
  letters: readonly DeadLetter[],
  streams: readonly EventStream[],
  deps: RetryPorts,
): Promise<(letter: DeadLetter) => Promise<RetryOutcome>> {
  const events = new Map<string, SecurityEvent>();
  for (const stream of streams) {
    const own = letters.filter((letter) => planRetry(letter, [stream], deps).kind === 'ready');
    const sequences = own.map(({ sequence }) => sequence);
    for (const event of await readEventsAt(sequences, stream, deps)) events.set(event.jti, event);
  }
  return (letter) => retryDeadLetter(letter, events.get(letter.jti), streams, deps);
}

async function retryDeadLetter(
  letter: DeadLetter,
  event: SecurityEvent | undefined,
  streams: readonly EventStream[],
  deps: RetryPorts,
): Promise<RetryOutcome> {
  const { files, clock } = deps;
  const plan = planRetry(letter, streams, deps);
  if (plan.kind === 'failed') return plan;
  if (event === undefined) return { kind: 'failed', reason: 'its record is not in the audit trail of this server' };
  const outcome = await attemptPush(event, plan.stream, plan.delivery, {
    ...deps,
    signal: new AbortController().signal,
  });
  switch (outcome.kind) {
    case 'skipped':
      return { kind: 'failed', reason: 'the user has no e-mail address' };
    case 'refused':
    case 'failed':
      return { kind: 'failed', reason: outcome.reason };
    case 'delivered':
      await appendDeadLetter(files.deadLetters, { jti: letter.jti, deliveredAt: toIso(clock.now()) }, deps);
      return outcome;
  }
}

/** Events of this server that were given up. */
export interface Undelivered {
  /** Lists them, oldest first. `obstacle`: why this server cannot send the event again; `null` if it can. */
  list(): Promise<readonly (DeadLetter & { readonly obstacle: string | null })[]>;
  /** Sends events again, at the same time. @returns why each was not delivered; `null` if it was */
  retry(ids: readonly string[]): Promise<readonly { readonly id: string; readonly reason: string | null }[]>;
}

/** @param listStreams - returns the present streams, those that were created over the API included */
export function createUndelivered(listStreams: () => Promise<readonly EventStream[]>, deps: RetryPorts): Undelivered {
  const { files } = deps;
  return {
    async list() {
      const [letters, streams] = await Promise.all([readDeadLetters(files.deadLetters), listStreams()]);
      return letters.map((letter) => {
        const plan = planRetry(letter, streams, deps);
        return { ...letter, obstacle: plan.kind === 'failed' ? plan.reason : null };
      });
    },
    async retry(ids) {
      const [letters, streams] = await Promise.all([readDeadLetters(files.deadLetters), listStreams()]);
      const asked = letters.filter(({ jti }) => ids.includes(jti));
      const sendAgain = await openRetry(asked, streams, deps);
      const retryOne = async (id: string) => {
        const letter = asked.find(({ jti }) => jti === id);
        // The list may have come from another replica.
        if (letter === undefined) return { id, reason: 'not among the undelivered events of this server' };
        const outcome = await sendAgain(letter);
        return { id, reason: outcome.kind === 'failed' ? outcome.reason : null };
      };
      return Promise.all([...new Set(ids)].map(retryOne));
    },
  };
}
