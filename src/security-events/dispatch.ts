import { createFollower } from '../audit/follow.js';
import { releaseLease } from '../core/lease.js';
import { backOffMs } from '../core/resilience.js';
import { type EpochMs, epochMs } from '../core/units.js';
import { toCode } from '../errors.js';
import { deliveryBackOff } from './deliver.js';
import { type ReportedRecord, reportedActionsOf, type SecurityEvent, toSecurityEvents } from './event.js';
import {
  eventsOfPage,
  type FinishedEvent,
  handOver,
  leaseOf,
  listPages,
  readPage,
  removeHandedOver,
  type UndeliveredEvent,
} from './handover.js';
import { dequeue, jtiOf, readQueue } from './poll-queue.js';
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

/** Maximum of further ones that stay in the audit log at the stop: few enough that later records do not wait for them. */
const mostKept = mostParked - mostAnonymous;

/** Maximum of pages of other replicas that are delivered at a time. */
const mostTaken = 10;

/** Number of different events that failed one after the other from which the receiver counts as down. */
const failuresOfOutage = 3;

/** Event that was not accepted. Later events are sent in the meantime. */
interface ParkedEvent {
  readonly event: SecurityEvent;
  readonly attempts: number;
  readonly dueAt: EpochMs;
  /** Page of the state store, if another replica handed the event over. */
  readonly page: string | null;
}

export type DispatchPorts = DeliveryPorts<
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
 * Delivers the audit log's events to one stream. An event that is not accepted is parked, and sent again in parallel,
 * so that one event which the receiver never accepts does not hold up the others.
 * @param begun - the stream at the start
 */
export function createDispatch(begun: EventStream, deps: DispatchPorts) {
  const { trail, cursors, attempt, clock, random, signal, sleep, onWaiting, log } = deps;
  const { id } = begun;
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
  const readParked = async (): Promise<readonly SecurityEvent[] | null> => {
    const events = await orNothing(readEventsAt(cursors.parkedOf(id), begun, deps));
    if (events !== null || signal.aborted) return events;
    await sleep(pollMs, signal);
    return readParked();
  };
  const park = (event: SecurityEvent, attempts = 0, page: string | null = null): ParkedEvent => ({
    event,
    attempts,
    dueAt: clock.now(),
    page,
  });
  let waiting: readonly ParkedEvent[] = [];
  let hasReadParked = false;
  const own = (): readonly ParkedEvent[] => waiting.filter(({ page }) => page === null);
  const takenPages = new Set<string>();
  /** Maximum of events in the pages that are not taken yet. */
  let waitingInStore = 0;
  /** Events that failed since one was accepted. Those of anonymous callers, who can make them fail, show no outage. */
  const failing = new Set<string>();
  let pause: Promise<unknown> = Promise.resolve();
  /** Events that were taken over and delivered or given up, but are still in the state store. */
  const finished = new Set<FinishedEvent>();
  const removeFinished = async (): Promise<void> => {
    try {
      for (const each of finished) {
        await removeHandedOver(deps.streamNow() ?? begun, each, deps);
        finished.delete(each);
      }
    } catch (error) {
      // Retried at the next take-over and at the stop.
      log.error('cannot remove a security event that was taken over', { receiver: id, code: toCode(error) });
    }
  };
  const forget = (page: string, jti: string): Promise<void> => {
    finished.add({ page, jti });
    return removeFinished();
  };
  /** @returns true unless the stream or the server ended */
  const send = async (next: ParkedEvent, open: typeof openStream): Promise<boolean> => {
    const { event, attempts } = next;
    const { jti, isAnonymous } = event;
    await pause;
    const others = waiting.filter((each) => each.event.isAnonymous && each.event.jti !== jti);
    const result = await attempt(event, open, { isLast: isAnonymous && others.length >= mostAnonymous });
    if (result.kind === 'stopped') return false;
    const page = next.page ?? waiting.find((each) => each.event.jti === jti && each.page !== null)?.page ?? null;
    waiting = waiting.filter((each) => each.event.jti !== jti);
    if (result.kind !== 'failed') {
      failing.clear();
      if (page !== null) await forget(page, jti);
      return true;
    }
    const delayMs = Math.max(backOffMs(deliveryBackOff, attempts + 1, random), result.retryAfterMs ?? 0);
    waiting = [...waiting, { event, attempts: attempts + 1, dueAt: epochMs(clock.now() + delayMs), page }];
    if (!isAnonymous) failing.add(jti);
    const isDown = failing.size >= failuresOfOutage;
    const pauseMs = result.retryAfterMs ?? (isDown ? Math.min(pollMs, delayMs) : 0);
    if (pauseMs > 0) pause = Promise.all([pause, sleep(pauseMs, signal)]);
    return true;
  };
  const advance = (sequence: number): Promise<void> =>
    cursors.advance(id, sequence, [...new Set(own().map(({ event }) => event.sequence))]).catch((error: unknown) => {
      // After a restart, the event is delivered again with the same `jti`.
      log.error('cannot write the cursor of security events', { receiver: id, code: toCode(error) });
    });
  const follower = createFollower(trail.file, cursors.of(id), reportedActionsOf(begun), deps.auditEvents);
  const sendRecords = async (): Promise<void> => {
    let records: readonly ReportedRecord[] = [];
    while (!signal.aborted) {
      await pushQueued();
      if (records.length === 0) records = (await orNothing(follower.read(readAhead))) ?? [];
      onWaiting(id, records.length + waiting.length + waitingInStore);
      const [record, ...later] = waiting.length < mostParked ? records : [];
      if (record === undefined) {
        await sleep(pollMs, signal);
        continue;
      }
      const stream = await openStream();
      if (stream === null) return;
      for (const event of toSecurityEvents(record, stream, trail)) if (!(await send(park(event), openStream))) return;
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
        if (!(await send(next, () => untilOpen(deps)))) return;
        await advance(cursors.of(id));
      }
    }
  };
  return {
    /** Delivers until aborted. */
    async run(): Promise<void> {
      const parked = await readParked();
      if (parked === null) return;
      waiting = [...waiting, ...parked.map((event) => park(event))];
      hasReadParked = true;
      await Promise.all([sendRecords(), sendParked()]);
    },
    /** Takes over events of stopped replicas. @throws `state_unavailable` */
    async takeOver(): Promise<void> {
      await removeFinished();
      const pages = (await listPages(id, trail.chain, deps)).filter((page) => !takenPages.has(page));
      // Events of anonymous callers, who can make them fail, do not hold the places of other pages.
      const delivering = new Set(waiting.flatMap(({ page, event }) => (event.isAnonymous ? [] : (page ?? []))));
      const taken = pages.slice(0, Math.max(mostTaken - delivering.size, 0));
      waitingInStore = (pages.length - taken.length) * eventsOfPage;
      for (const page of taken) {
        const events = await readPage(page, deps);
        if (events.length === 0) {
          // Its replica did not finish the stop, or the page expired.
          await forget(page, '');
          continue;
        }
        takenPages.add(page);
        waiting = [...waiting, ...events.map(({ event, attempts }) => park(event, attempts, page))];
        log.info('security events taken over', { receiver: id, events: events.length });
      }
    },
    /** Leaves what was not delivered to another replica. Called after `run` has ended. */
    async handOver(): Promise<void> {
      try {
        await removeFinished();
        await releaseLease(leaseOf(id), trail.chain, deps);
        if (hasReadParked) await handOverRest(begun, own(), deps);
      } catch (error) {
        // They stay in the audit log of this replica, which delivers them after a restart.
        log.error('cannot hand over security events', { receiver: id, code: toCode(error) });
      }
    },
  };
}

/**
 * Hands over the parked events and those of the records that were not sent. The cursor follows each page, so that the
 * other events stay in the audit log if the stop is interrupted. So do those of anonymous callers beyond their share.
 */
async function handOverRest(
  begun: EventStream,
  parked: readonly ParkedEvent[],
  deps: DeliveryPorts<'state' | 'auditEvents' | 'clock' | 'random' | 'log' | 'trail' | 'cursors' | 'streamNow'>,
): Promise<void> {
  const { trail, cursors, auditEvents, log } = deps;
  const { id } = begun;
  const stream = deps.streamNow() ?? begun;
  const known = new Set(parked.map(({ event }) => event.jti));
  let anonymous = 0;
  /** Records that the cursor passes, although they are not handed over. */
  const kept: number[] = [];
  const isHandedOver = ({ isAnonymous, sequence }: SecurityEvent): boolean => {
    if (isAnonymous) anonymous += 1;
    const isWithinShare = !isAnonymous || anonymous <= mostAnonymous;
    if (!isWithinShare) kept.push(sequence);
    return isWithinShare;
  };
  const storePage = async (page: readonly UndeliveredEvent[], end: number, later: readonly ParkedEvent[]) => {
    if (page.length === 0) return;
    await handOver(stream, page, deps);
    const abandoned = kept.splice(mostKept).length;
    await cursors.advance(id, end, [...new Set([...kept, ...later.map(({ event }) => event.sequence)])]);
    if (abandoned > 0) log.error('security events of anonymous callers abandoned', { receiver: id, events: abandoned });
    log.info('security events handed over', { receiver: id, events: page.length });
  };
  let end = cursors.of(id);
  const shared = parked.filter(({ event }) => isHandedOver(event));
  for (let at = 0; at < shared.length; at += eventsOfPage) {
    const later = shared.slice(at + eventsOfPage);
    const page = shared.slice(at, at + eventsOfPage).map(({ event, attempts }) => ({ event, attempts }));
    await storePage(page, end, later);
  }
  const follower = createFollower(trail.file, end, reportedActionsOf(stream), auditEvents);
  let page: UndeliveredEvent[] = [];
  for (;;) {
    const records = await follower.read(readAhead);
    if (records.length === 0) break;
    for (const record of records) {
      const events = toSecurityEvents(record, stream, trail).filter(
        (event) => !known.has(event.jti) && isHandedOver(event),
      );
      if (page.length + events.length > eventsOfPage) {
        await storePage(page, end, []);
        page = [];
      }
      page.push(...events.map((event) => ({ event, attempts: 0 })));
      end = record.sequence;
    }
  }
  await storePage(page, end, []);
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
