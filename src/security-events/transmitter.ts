import type { Trail } from '../audit/file.js';
import { createFollower } from '../audit/follow.js';
import type { DataFiles } from '../config/data-files.js';
import type { Jobs } from '../core/jobs.js';
import { type BackOff, backOffMs, retryUntilDone } from '../core/resilience.js';
import { type EpochMs, epochMs } from '../core/units.js';
import { FaceError, toCode } from '../errors.js';
import { openCursors } from './cursors.js';
import { attemptDelivery, deliveryBackOff, pushVerification } from './deliver.js';
import { type ReportedRecord, reportedActionsOf, type SecurityEvent, toSecurityEvents } from './event.js';
import { dequeue, enqueueVerification, jtiOf, readQueue } from './poll-queue.js';
import type { DeliveryPorts } from './ports.js';
import type { EventStream } from './stream.js';
import { readEventsAt } from './undelivered.js';

const pollMs = 1000;

/** Maximum of records read ahead per stream. Others stay in the audit log. */
const readAhead = 1000;

/** Maximum of events per stream that are retried on their own schedule. If there are more, later records wait. */
const mostParked = 1000;

/** Maximum of these that anonymous callers caused. Beyond it, such an event is sent once. */
const mostAnonymous = 100;

/** Number of different events that failed one after the other from which the receiver counts as down. */
const failuresOfOutage = 3;

/** Event that was not accepted. Later events are sent in the meantime. */
interface ParkedEvent {
  readonly event: SecurityEvent;
  readonly attempts: number;
  readonly dueAt: EpochMs;
}

type DispatchPorts = DeliveryPorts<
  | 'state'
  | 'auditEvents'
  | 'clock'
  | 'random'
  | 'log'
  | 'trail'
  | 'cursors'
  | 'attempt'
  | 'streamNow'
  | 'signal'
  | 'sleep'
  | 'onWaiting'
>;

/**
 * Delivers the audit log's events to one stream until aborted. An event that is not accepted is parked, and sent again
 * in parallel, so that one event which the receiver never accepts does not hold up the others.
 */
async function dispatchEvents(id: string, deps: DispatchPorts): Promise<void> {
  const { trail, cursors, attempt, clock, random, signal, sleep, onWaiting, log } = deps;
  const begun = deps.streamNow();
  if (begun === undefined) return;
  const orNothing = <Read>(reading: Promise<Read>): Promise<Read | null> =>
    reading.catch((error: unknown) => {
      log.error('cannot read security events from the audit trail', { receiver: id, code: toCode(error) });
      return null;
    });
  const pushQueued = createPushQueued(id, deps);
  const openStream = async (): Promise<EventStream | null> => {
    await pushQueued();
    return untilOpen(deps);
  };
  const readParked = async (): Promise<readonly SecurityEvent[]> => {
    const events = await orNothing(readEventsAt(cursors.parkedOf(id), begun, deps));
    if (events !== null || signal.aborted) return events ?? [];
    await sleep(pollMs, signal);
    return readParked();
  };
  let waiting: readonly ParkedEvent[] = (await readParked()).map((event) => ({
    event,
    attempts: 0,
    dueAt: clock.now(),
  }));
  /** Events that failed since one was accepted. Those of anonymous callers, who can make them fail, show no outage. */
  const failing = new Set<string>();
  let pause: Promise<unknown> = Promise.resolve();
  /** @returns true unless the stream or the server ended */
  const send = async (event: SecurityEvent, attempts: number, open: typeof openStream): Promise<boolean> => {
    const { jti, isAnonymous } = event;
    await pause;
    const others = waiting.filter((each) => each.event.isAnonymous && each.event.jti !== jti);
    const result = await attempt(event, open, { isLast: isAnonymous && others.length >= mostAnonymous });
    if (result.kind === 'stopped') return false;
    waiting = waiting.filter((each) => each.event.jti !== jti);
    if (result.kind !== 'failed') {
      failing.clear();
      return true;
    }
    const delayMs = Math.max(backOffMs(deliveryBackOff, attempts + 1, random), result.retryAfterMs ?? 0);
    waiting = [...waiting, { event, attempts: attempts + 1, dueAt: epochMs(clock.now() + delayMs) }];
    if (!isAnonymous) failing.add(jti);
    const isDown = failing.size >= failuresOfOutage;
    const pauseMs = result.retryAfterMs ?? (isDown ? Math.min(pollMs, delayMs) : 0);
    if (pauseMs > 0) pause = Promise.all([pause, sleep(pauseMs, signal)]);
    return true;
  };
  const advance = (sequence: number): Promise<void> =>
    cursors.advance(id, sequence, [...new Set(waiting.map(({ event }) => event.sequence))]).catch((error: unknown) => {
      // After a restart, the event is delivered again with the same `jti`.
      log.error('cannot write the cursor of security events', { receiver: id, code: toCode(error) });
    });
  const follower = createFollower(trail.file, cursors.of(id), reportedActionsOf(begun), deps.auditEvents);
  const sendRecords = async (): Promise<void> => {
    let records: readonly ReportedRecord[] = [];
    while (!signal.aborted) {
      await pushQueued();
      if (records.length === 0) records = (await orNothing(follower.read(readAhead))) ?? [];
      onWaiting(id, records.length + waiting.length);
      const [record, ...later] = waiting.length < mostParked ? records : [];
      if (record === undefined) {
        await sleep(pollMs, signal);
        continue;
      }
      const stream = await openStream();
      if (stream === null) return;
      for (const event of toSecurityEvents(record, stream, trail)) if (!(await send(event, 0, openStream))) return;
      records = later;
      await advance(record.sequence);
    }
  };
  const sendParked = async (): Promise<void> => {
    while (!signal.aborted) {
      const due = waiting.filter(({ dueAt }) => dueAt <= clock.now());
      const next = due.find(({ event }) => !event.isAnonymous) ?? due[0];
      if (next === undefined) {
        const untilDueMs = Math.min(...waiting.map(({ dueAt }) => dueAt - clock.now()), pollMs);
        await sleep(Math.max(untilDueMs, 1), signal);
      } else {
        if (!(await send(next.event, next.attempts, () => untilOpen(deps)))) return;
        await advance(cursors.of(id));
      }
    }
  };
  await Promise.all([sendRecords(), sendParked()]);
}

function createPushQueued(
  id: string,
  deps: DeliveryPorts<'state' | 'clock' | 'random' | 'log' | 'attempt' | 'streamNow' | 'signal' | 'sleep'>,
): () => Promise<void> {
  const { attempt, streamNow, random, signal, sleep, log } = deps;
  let known: EventStream['delivery']['kind'] | null = null;
  const isPushed = (): boolean => streamNow()?.delivery.kind === 'push';
  const pushEvent = async (event: SecurityEvent): Promise<boolean> => {
    for (let attempts = 1; ; attempts += 1) {
      const result = await attempt(event, () => untilOpen(deps));
      if (result.kind !== 'failed') return result.kind === 'ended';
      await sleep(Math.max(backOffMs(deliveryBackOff, attempts, random), result.retryAfterMs ?? 0), signal);
    }
  };
  const push = async (): Promise<void> => {
    for (const entry of await readQueue(id, deps)) {
      const isTold = entry.kind === 'verification' || (await pushEvent(entry.event));
      // If the stream was changed back to poll in the meantime, the remaining events stay queued.
      if (!isTold || !isPushed()) return;
      await dequeue(id, new Set([jtiOf(entry)]), deps);
    }
  };
  return async () => {
    const kind = streamNow()?.delivery.kind ?? null;
    if (kind === known) return;
    try {
      if (kind === 'push') await push();
      known = kind;
    } catch (error) {
      log.error('cannot read the poll queue of security events', { receiver: id, code: toCode(error) });
    }
  };
}

async function untilOpen({
  streamNow,
  signal,
  sleep,
}: DeliveryPorts<'streamNow' | 'signal' | 'sleep'>): Promise<EventStream | null> {
  while (!signal.aborted) {
    const stream = streamNow();
    if (stream === undefined) return null;
    if (stream.status !== 'paused') return stream;
    await sleep(pollMs, signal);
  }
  return null;
}

/** Interval at which changes by other replicas are noticed. */
const refreshSec = 5;

const everySecond: BackOff = { firstMs: 1000, longestMs: 1000 };

interface TransmitterOptions
  extends DeliveryPorts<
    'state' | 'auditEvents' | 'clock' | 'random' | 'log' | 'fetch' | 'sets' | 'sleep' | 'onDelivery' | 'onWaiting'
  > {
  readonly streams: readonly EventStream[];
  /** Reads the streams created over the API. */
  readonly readStreams: () => Promise<readonly EventStream[]>;
  readonly trail: Pick<Trail, 'file' | 'chain' | 'sync'>;
  readonly files: Pick<DataFiles, 'securityEvents' | 'deadLetters'>;
  readonly jobs: Jobs;
  readonly onEnded: (stream: string) => void;
}

export interface Transmitter {
  /** Reads the streams again, after a change on this replica. */
  refresh(): Promise<void>;
  /** Sends a verification event: pushes it in the background, or queues it for a poll. */
  verify(stream: EventStream, state: string | null): Promise<void>;
  close(): Promise<void>;
}

/**
 * Delivers this server's audit log to each stream, at least once, and in order unless an event is not accepted. Events
 * that are refused, or not accepted in time, become dead letters. If the state store does not answer yet, the start is
 * retried in the background.
 */
export async function startTransmitter(options: TransmitterOptions): Promise<Transmitter> {
  try {
    return await startNow(options);
  } catch (error) {
    if (toCode(error) !== 'state_unavailable') throw error;
    const isAnswering = await options.readStreams().then(
      () => true,
      () => false,
    );
    if (isAnswering) throw error;
    return startLater(options);
  }
}

async function startNow(deps: TransmitterOptions): Promise<Transmitter> {
  const { trail, files, random, jobs } = deps;
  // Streams that are created from now on begin after this record.
  let { sequence: end } = await trail.sync();
  let streams = byId(deps.streams, await deps.readStreams());
  const isConfigured = new Set(deps.streams.map(({ id }) => id));
  // Start of a stream whose position is not stored. A stream created over the API begins at 0, because it may have been
  // created just before a crash, and its `since` excludes older events.
  const startOf = (id: string): readonly [string, number] => [id, isConfigured.has(id) ? end : 0];
  const cursors = await openCursors(files.securityEvents, {
    chain: trail.chain,
    streams: new Map([...streams.keys()].map(startOf)),
    random,
  });
  const closing = new AbortController();
  const told = new Map<string, { readonly ending: AbortController; readonly done: Promise<void> }>();
  const others = new Set<Promise<void>>();

  const begin = (id: string): void => {
    const ending = new AbortController();
    const signal = AbortSignal.any([closing.signal, ending.signal]);
    const ports = { ...deps, cursors, signal, streamNow: () => streams.get(id) };
    const attempt: DispatchPorts['attempt'] = (event, openStream, rules = { isLast: false }) =>
      attemptDelivery(event, openStream, rules, ports);
    const done = dispatchEvents(id, { ...ports, attempt });
    told.set(id, { ending, done });
  };

  const look = async (): Promise<void> => {
    const { sequence } = await trail.sync();
    const next = byId(deps.streams, await deps.readStreams());
    for (const [id, { ending, done }] of told) {
      if (next.has(id)) continue;
      ending.abort();
      told.delete(id);
      await done;
      deps.onEnded(id);
      await cursors.forget(id);
    }
    streams = next;
    for (const id of next.keys()) {
      if (told.has(id)) continue;
      // A new stream begins at the previous end, because it may have been created before the latest records.
      await cursors.advance(id, end, []);
      begin(id);
    }
    end = sequence;
  };

  let looking: Promise<void> = Promise.resolve();
  const refresh = (): Promise<void> => {
    const looked = looking.then(() => (closing.signal.aborted ? undefined : look()));
    looking = looked.catch(() => {});
    return looked;
  };
  for (const id of streams.keys()) begin(id);
  const job = jobs.start({ name: 'security_event_streams', everySec: refreshSec, run: refresh });
  return {
    refresh,
    async verify(stream, state) {
      const verification = { jti: Buffer.from(random(24)).toString('base64url'), state };
      if (stream.delivery.kind === 'poll') return enqueueVerification(stream.id, verification, deps);
      const pushed = pushVerification(verification, stream, { ...deps, signal: closing.signal });
      others.add(pushed);
      void pushed.finally(() => others.delete(pushed));
    },
    async close() {
      closing.abort();
      await Promise.all([job.stop(), looking, ...others, ...[...told.values()].map(({ done }) => done)]);
    },
  };
}

function startLater(deps: TransmitterOptions): Transmitter {
  const { log } = deps;
  const closing = new AbortController();
  let started: Transmitter | null = null;
  const start = async (): Promise<void> => {
    started = await startNow(deps);
  };
  const onFailure = (error: unknown): void => log.error('security events not yet delivered', { code: toCode(error) });
  const starting = retryUntilDone(start, onFailure, { backOff: everySecond, signal: closing.signal });
  const now = (): Transmitter => {
    if (started === null) throw new FaceError('state_unavailable');
    return started;
  };
  return {
    refresh: async () => now().refresh(),
    verify: async (stream, state) => now().verify(stream, state),
    async close() {
      closing.abort();
      await starting;
      await started?.close();
    },
  };
}

const byId = (...lists: readonly (readonly EventStream[])[]): ReadonlyMap<string, EventStream> =>
  new Map(lists.flat().map((stream) => [stream.id, stream]));
