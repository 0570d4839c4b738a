import type { Trail } from '../audit/file.js';
import { createFollower } from '../audit/follow.js';
import { toCode } from '../errors.js';
import type { Cursors } from './cursors.js';
import { type DeliveryDeps, deliver } from './deliver.js';
import { type ReportedRecord, reportedActions, toSecurityEvents } from './event.js';
import type { EventStream } from './stream.js';

/** How often the trail is looked at. */
const pollMs = 1000;

/** Events that wait are read ahead up to about this many for each stream; the trail holds the rest. */
const readAhead = 1000;

/** What telling one stream takes. */
export interface TellDeps extends DeliveryDeps {
  readonly trail: Pick<Trail, 'file' | 'chain'>;
  readonly cursors: Cursors;
  /** The stream as it is now; `undefined`: it is no more. */
  readonly streamNow: () => EventStream | undefined;
  readonly signal: AbortSignal;
  /** Told how many records wait for a stream, up to about 1,000. */
  readonly onWaiting: (stream: string, records: number) => void;
}

/** Tells one stream of what the trail says, until the signal is given. */
export async function tell(id: string, deps: TellDeps): Promise<void> {
  const { trail, cursors, signal, sleep, onWaiting, log } = deps;
  const follower = createFollower(trail.file, cursors.of(id), reportedActions);
  const read = (): Promise<ReportedRecord[]> =>
    follower.read(readAhead).catch((error: unknown) => {
      log.error('security events cannot be read from the audit trail', { receiver: id, code: toCode(error) });
      return [];
    });
  while (!signal.aborted) {
    const records = await read();
    for (const [index, record] of records.entries()) {
      onWaiting(id, records.length - index);
      if (!(await tellRecord(record, deps))) return;
    }
    onWaiting(id, 0);
    if (records.length === 0) await sleep(pollMs, signal);
  }
}

/** @returns whether it was told or given up; `false` where the signal came first */
async function tellRecord(record: ReportedRecord, deps: TellDeps): Promise<boolean> {
  const { trail, cursors, log } = deps;
  const openStream = (): Promise<EventStream | null> => untilOpen(deps);
  const stream = await openStream();
  if (stream === null) return false;
  for (const event of toSecurityEvents(record, stream, trail)) {
    if (!(await deliver(event, openStream, deps))) return false;
  }
  await cursors.advance(stream.id, record.sequence).catch((error: unknown) => {
    // It is told again after a restart, under the same jti.
    log.error('the cursor of security events is not written', { receiver: stream.id, code: toCode(error) });
  });
  return true;
}

/** What a paused stream is to be told waits in the trail. */
async function untilOpen({ streamNow, signal, sleep }: TellDeps): Promise<EventStream | null> {
  while (!signal.aborted) {
    const stream = streamNow();
    if (stream === undefined) return null;
    if (stream.status !== 'paused') return stream;
    await sleep(pollMs, signal);
  }
  return null;
}
