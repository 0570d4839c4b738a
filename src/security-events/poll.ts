import { z } from 'zod';
import type { Ports } from '../core/deps.js';
import { noteSkipped, storeDeadLetter } from './deliver.js';
import { dequeue, jtiOf, type QueuedEvent, readQueue } from './poll-queue.js';
import type { DeliveryPorts } from './ports.js';
import type { EventStream } from './stream.js';

/** Maximum per answer, because each event is signed. */
const mostEvents = 50;

/** Longest wait for events, shorter than the timeouts of proxies. */
const longestWaitMs = 25_000;
const lookEveryMs = 1000;

/** Maximum of waiting polls per replica. Further polls are answered at once. */
const mostWaiting = 100;

/** @see https://www.rfc-editor.org/rfc/rfc8936 (section 2.2) */
export const pollRequestGuard = z.object({
  maxEvents: z.int().min(0).optional(),
  returnImmediately: z.boolean().default(false),
  ack: z.array(z.string().max(256)).max(1000).default([]),
  setErrs: z
    .record(
      z.string().max(256),
      z.object({ err: z.string().regex(/^[\w.-]{1,64}$/), description: z.string().optional() }),
    )
    .default({}),
});
export type PollRequest = z.output<typeof pollRequestGuard>;

/** Answer to a poll (RFC 8936, section 2.3). */
export type PollAnswer = { readonly sets: Readonly<Record<string, string>>; readonly moreAvailable?: true };

/** Answers polls (RFC 8936). Events are returned again until acknowledged. */
export type Poll = (
  stream: EventStream,
  request: PollRequest,
  /** Aborted if the client disconnects or the process ends. */
  signal: AbortSignal,
) => Promise<PollAnswer>;

/** Polls throw `state_unavailable`, `key_service_unavailable` or `profile_unavailable`. */
export function createPoll(
  deps: DeliveryPorts<'state' | 'clock' | 'random' | 'log' | 'sets' | 'files' | 'sleep' | 'onDelivery'>,
): Poll {
  let waiting = 0;

  const waitToTell = async (stream: EventStream, signal: AbortSignal): Promise<readonly QueuedEvent[]> => {
    if (waiting >= mostWaiting) return [];
    waiting += 1;
    try {
      const until = deps.clock.now() + longestWaitMs;
      while (!signal.aborted && deps.clock.now() < until) {
        await deps.sleep(lookEveryMs, signal);
        const queued = await readToTell(stream, deps);
        if (queued.length > 0) return queued;
      }
      return [];
    } finally {
      waiting -= 1;
    }
  };

  return async (stream, { maxEvents = mostEvents, returnImmediately, ack, setErrs }, signal) => {
    await acknowledge(stream, { ack, setErrs }, deps);
    if (maxEvents === 0) return { sets: {} };
    await takeOffUnasked(stream, deps);
    let queued = await readToTell(stream, deps);
    if (queued.length === 0 && !returnImmediately) queued = await waitToTell(stream, signal);
    const given = queued.slice(0, Math.min(maxEvents, mostEvents));
    const sets = await signAll(stream, given, deps);
    return queued.length > given.length ? { sets, moreAvailable: true } : { sets };
  };
}

async function readToTell(stream: EventStream, deps: Ports<'state' | 'clock'>): Promise<readonly QueuedEvent[]> {
  if (stream.status !== 'enabled') return [];
  return (await readQueue(stream.id, deps)).filter((entry) => isAsked(stream, entry));
}

/**
 * Removes queued events that the stream no longer wants. Called only for a new poll, because a waiting one may have
 * outdated settings.
 */
async function takeOffUnasked(stream: EventStream, deps: Ports<'state' | 'clock'>): Promise<void> {
  if (stream.status !== 'enabled') return;
  const unasked = (await readQueue(stream.id, deps)).filter((entry) => !isAsked(stream, entry));
  if (unasked.length > 0) await dequeue(stream.id, new Set(unasked.map(jtiOf)), deps);
}

const isAsked = ({ events }: EventStream, entry: QueuedEvent): boolean =>
  entry.kind === 'verification' || events.includes(entry.event.name);

async function acknowledge(
  stream: EventStream,
  { ack, setErrs }: Pick<PollRequest, 'ack' | 'setErrs'>,
  deps: DeliveryPorts<'state' | 'clock' | 'random' | 'log' | 'files' | 'onDelivery'>,
): Promise<void> {
  const refused = new Map(Object.entries(setErrs).map(([jti, { err }]) => [jti, err]));
  const jtis = new Set([...ack, ...refused.keys()]);
  if (jtis.size === 0) return;
  // If the dead letter of a refused event cannot be stored, the event stays queued.
  for (const entry of refused.size === 0 ? [] : await readQueue(stream.id, deps)) {
    const reason = refused.get(jtiOf(entry));
    if (reason === undefined || entry.kind === 'verification') continue;
    if (!(await storeDeadLetter(entry.event, stream, reason, deps))) jtis.delete(jtiOf(entry));
  }
  for (const entry of await dequeue(stream.id, jtis, deps)) {
    const reason = refused.get(jtiOf(entry));
    const about = { receiver: stream.id, jti: jtiOf(entry) };
    if (entry.kind === 'verification') {
      if (reason === undefined) deps.log.info('verification event delivered', about);
      else deps.log.warn('verification event not delivered', { ...about, reason });
    } else if (reason === undefined) {
      deps.onDelivery(stream.id, 'delivered');
      deps.log.info('security event delivered', { ...about, event: entry.event.name, sequence: entry.event.sequence });
    }
  }
}

/**
 * Signs queued events. Events of users without an identifier are removed. After a signing error, the events before it
 * are returned.
 */
async function signAll(
  stream: EventStream,
  queued: readonly QueuedEvent[],
  deps: DeliveryPorts<'state' | 'clock' | 'log' | 'sets' | 'onDelivery'>,
): Promise<PollAnswer['sets']> {
  const sets: Record<string, string> = {};
  for (const entry of queued) {
    const jws = await sign(stream, entry, deps).catch((error: unknown) => {
      if (Object.keys(sets).length === 0) throw error;
      return 'later' as const;
    });
    if (jws === 'later') break;
    if (jws !== null) {
      sets[jtiOf(entry)] = jws;
    } else if (entry.kind === 'event') {
      await dequeue(stream.id, new Set([entry.event.jti]), deps);
      noteSkipped(entry.event, stream, deps);
    }
  }
  return sets;
}

const sign = (stream: EventStream, entry: QueuedEvent, { sets }: DeliveryPorts<'sets'>): Promise<string | null> =>
  entry.kind === 'event' ? sets.ofEvent(entry.event, stream) : sets.ofVerification(entry, stream);
