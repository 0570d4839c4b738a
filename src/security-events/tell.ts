import { createFollower } from '../audit/follow.js';
import { toCode } from '../errors.js';
import { type ReportedRecord, reportedActions, toSecurityEvents } from './event.js';
import { dequeue, jtiOf, readQueue } from './poll-queue.js';
import type { DeliveryPorts } from './ports.js';
import type { EventStream } from './stream.js';

const pollMs = 1000;

/** Maximum of records read ahead per stream. Others stay in the audit log. */
const readAhead = 1000;

/** Delivers the audit log's events to one stream until aborted. */
export async function tell(
  id: string,
  deps: DeliveryPorts<
    'state' | 'clock' | 'log' | 'trail' | 'cursors' | 'deliver' | 'streamNow' | 'signal' | 'sleep' | 'onWaiting'
  >,
): Promise<void> {
  const { trail, cursors, signal, sleep, onWaiting, log } = deps;
  const follower = createFollower(trail.file, cursors.of(id), reportedActions);
  const read = (): Promise<ReportedRecord[]> =>
    follower.read(readAhead).catch((error: unknown) => {
      log.error('cannot read security events from the audit trail', { receiver: id, code: toCode(error) });
      return [];
    });
  const pushQueued = createPushQueued(id, deps);
  const openStream = async (): Promise<EventStream | null> => {
    await pushQueued();
    return untilOpen(deps);
  };
  while (!signal.aborted) {
    await pushQueued();
    const records = await read();
    for (const [index, record] of records.entries()) {
      onWaiting(id, records.length - index);
      if (!(await tellRecord(record, openStream, deps))) return;
    }
    onWaiting(id, 0);
    if (records.length === 0) await sleep(pollMs, signal);
  }
}

function createPushQueued(
  id: string,
  deps: DeliveryPorts<'state' | 'clock' | 'log' | 'deliver' | 'streamNow' | 'signal' | 'sleep'>,
): () => Promise<void> {
  const { deliver, streamNow, log } = deps;
  let known: EventStream['delivery']['kind'] | null = null;
  const isPushed = (): boolean => streamNow()?.delivery.kind === 'push';
  const push = async (): Promise<void> => {
    for (const entry of await readQueue(id, deps)) {
      const isTold = entry.kind === 'verification' || (await deliver(entry.event, () => untilOpen(deps)));
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

async function tellRecord(
  record: ReportedRecord,
  openStream: () => Promise<EventStream | null>,
  deps: DeliveryPorts<'log' | 'trail' | 'cursors' | 'deliver'>,
): Promise<boolean> {
  const { trail, cursors, deliver, log } = deps;
  const stream = await openStream();
  if (stream === null) return false;
  for (const event of toSecurityEvents(record, stream, trail)) {
    if (!(await deliver(event, openStream))) return false;
  }
  await cursors.advance(stream.id, record.sequence).catch((error: unknown) => {
    // After a restart, the event is delivered again with the same `jti`.
    log.error('cannot write the cursor of security events', { receiver: stream.id, code: toCode(error) });
  });
  return true;
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
