import type { DataFiles } from '../config/data-files.js';
import type { Fetch, Log, Random, State } from '../core/ports.js';
import { addSec, epochMs, toIso } from '../core/units.js';
import { toCode } from '../errors.js';
import { appendDeadLetter } from './dead-letters.js';
import type { SecurityEvent } from './event.js';
import { enqueueEvent } from './poll-queue.js';
import { type PushOutcome, pushEvent } from './push.js';
import { makeSet, makeVerificationSet, type SetDeps, type Verification } from './set.js';
import type { EventStream, PushDelivery } from './stream.js';

/** How long a receiver may take to answer. */
const answerMs = 10_000;

/** For how long an event is tried, from when it happened, or from when its stream was told on. */
const triedForSec = 86_400;

/** Delays double from a second to a quarter of an hour. */
const firstDelayMs = 1000;
const longestDelayMs = 900_000;

/** How soon a full queue is looked at again. */
const queueFullMs = 1000;

/** A receiver that misses a verification event asks for another one. */
const verificationTries = 5;

/** What became of one attempt; `skipped`: the user has no name that the stream may be told. */
export const deliveryOutcomes = ['delivered', 'failed', 'dead', 'skipped'] as const;
export type DeliveryOutcome = (typeof deliveryOutcomes)[number];

/** What delivering takes. */
export interface DeliveryDeps extends SetDeps {
  readonly state: State;
  readonly files: Pick<DataFiles, 'deadLetters'>;
  readonly random: Random;
  readonly fetch: Fetch;
  readonly log: Log;
  /** Settles after that time, or once the signal is given. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Told of every attempt. */
  readonly onDelivery: (stream: string, outcome: DeliveryOutcome) => void;
}

type UnderWay = DeliveryDeps & { readonly signal: AbortSignal };

/**
 * Pushes until the receiver takes the event, refuses it, or the day is over; or puts it where it is polled from.
 * @param openStream - the stream as it is now, once it is not paused; `null`: it is no more
 * @returns whether it was told or given up; `false` where the stream or this process ended first
 */
export async function deliver(
  event: SecurityEvent,
  openStream: () => Promise<EventStream | null>,
  deps: UnderWay,
): Promise<boolean> {
  const { clock, signal, sleep, log, onDelivery } = deps;
  const { jti, name, sequence } = event;
  for (let attempt = 0; ; attempt += 1) {
    const stream = await openStream();
    if (stream === null) return false;
    // Its receiver may have changed that since the event was taken up.
    if (stream.status === 'disabled' || !stream.events.includes(name)) return true;
    const about = { receiver: stream.id, event: name, sequence, jti };
    const { delivery } = stream;
    if (delivery.kind === 'poll') {
      if (await queue(event, stream, deps)) return true;
      await sleep(queueFullMs, signal);
      continue;
    }
    const outcome = await attemptPush(event, stream, delivery, deps);
    switch (outcome.kind) {
      case 'delivered':
        onDelivery(stream.id, 'delivered');
        log.info('security event delivered', about);
        return true;
      case 'skipped':
        noteSkipped(event, stream, deps);
        return true;
    }
    if (signal.aborted) return false;
    const triedFrom = epochMs(Math.max(event.time, stream.toldOnAt ?? 0));
    const isOver = outcome.kind === 'refused' || addSec(triedFrom, triedForSec) <= clock.now();
    if (isOver && (await bury(event, stream, outcome.reason, deps))) return true;
    onDelivery(stream.id, 'failed');
    log.warn('security event not delivered', { ...about, reason: outcome.reason });
    await sleep(delayAfter(attempt, deps), signal);
  }
}

/** One attempt. What keeps the event from being signed is a failure as well. */
export async function attemptPush(
  event: SecurityEvent,
  stream: EventStream,
  delivery: PushDelivery,
  deps: SetDeps & Pick<UnderWay, 'fetch' | 'signal'>,
): Promise<PushOutcome | { readonly kind: 'skipped' }> {
  try {
    const jws = await makeSet(event, stream, deps);
    return jws === null ? { kind: 'skipped' } : await push(jws, delivery, deps);
  } catch (error) {
    return { kind: 'failed', reason: toCode(error) };
  }
}

/** @returns whether it waits to be polled now */
async function queue(event: SecurityEvent, { id }: EventStream, { state, clock, log }: UnderWay): Promise<boolean> {
  return enqueueEvent(id, event, { state, clock }).catch((error: unknown) => {
    log.error('security events cannot be put where they are polled', { receiver: id, code: toCode(error) });
    return false;
  });
}

/** Pushes a verification event: a few times, as its receiver waits for it now. */
export async function pushVerification(verification: Verification, stream: EventStream, deps: UnderWay): Promise<void> {
  const { signal, sleep, log } = deps;
  const { delivery } = stream;
  if (delivery.kind !== 'push') return;
  for (let attempt = 0; attempt < verificationTries && !signal.aborted; attempt += 1) {
    const outcome = await makeVerificationSet(verification, stream, deps)
      .then((jws) => push(jws, delivery, deps))
      .catch((error: unknown) => ({ kind: 'failed' as const, reason: toCode(error) }));
    const about = { receiver: stream.id, jti: verification.jti };
    if (outcome.kind === 'delivered') return log.info('verification event delivered', about);
    log.warn('verification event not delivered', { ...about, reason: outcome.reason });
    if (outcome.kind === 'refused') return;
    await sleep(delayAfter(attempt, deps), signal);
  }
}

const push = (jws: string, delivery: PushDelivery, { fetch, signal }: Pick<UnderWay, 'fetch' | 'signal'>) =>
  pushEvent(jws, delivery, { fetch, signal, timeoutMs: answerMs });

/** The stream names users by their e-mail address, and this one has none, or is no user any more. */
export function noteSkipped(
  { jti, name, sequence }: SecurityEvent,
  { id }: EventStream,
  { log, onDelivery }: Pick<DeliveryDeps, 'log' | 'onDelivery'>,
): void {
  onDelivery(id, 'skipped');
  log.warn('security event not told: the user has no e-mail address', { receiver: id, event: name, sequence, jti });
}

/** @returns whether the dead letter is on the disk */
export async function bury(
  { jti, name, sequence }: SecurityEvent,
  { id }: EventStream,
  reason: string,
  { files, clock, log, onDelivery }: Pick<DeliveryDeps, 'files' | 'clock' | 'log' | 'onDelivery'>,
): Promise<boolean> {
  const letter = { jti, receiver: id, event: name, sequence, reason, time: toIso(clock.now()) };
  try {
    await appendDeadLetter(files.deadLetters, letter);
  } catch {
    return false;
  }
  onDelivery(id, 'dead');
  log.error('security event given up', letter);
  return true;
}

/** Half of it is up to chance, so that a receiver is not called by all replicas at once. */
function delayAfter(attempt: number, { random }: Pick<DeliveryDeps, 'random'>): number {
  const longest = Math.min(firstDelayMs * 2 ** attempt, longestDelayMs);
  const [chance = 0] = random(1);
  return longest * (0.5 + chance / 512);
}
