import type { Trail } from '../audit/file.js';
import { createFollower } from '../audit/follow.js';
import type { DataFiles } from '../config/data-files.js';
import type { SecurityEventReceiver } from '../config/security-events.js';
import type { Clock, Fetch, Log, Random, Signer } from '../core/ports.js';
import { addSec, toIso } from '../core/units.js';
import { toCode } from '../errors.js';
import { type Cursors, openCursors } from './cursors.js';
import { appendDeadLetter } from './dead-letters.js';
import { type ReportedRecord, reportedActions, type SecurityEvent, toClaims, toSecurityEvents } from './event.js';
import { type PushOutcome, pushEvent } from './push.js';

/** How often the trail is looked at. */
const pollMs = 1000;

/** Events that wait are read ahead up to about this many for each receiver; the trail holds the rest. */
const readAhead = 1000;

/** How long a receiver may take to answer. */
export const answerMs = 10_000;

/** For how long an event is tried, from when it happened. */
const triedForSec = 86_400;

/** Delays double from a second to a quarter of an hour. */
const firstDelayMs = 1000;
const longestDelayMs = 900_000;

/** What became of one attempt. */
export type DeliveryOutcome = 'delivered' | 'failed' | 'dead';

/** What the transmitter is handed. */
export interface TransmitterDeps {
  readonly receivers: readonly SecurityEventReceiver[];
  readonly trail: Pick<Trail, 'file' | 'chain' | 'sync'>;
  readonly files: Pick<DataFiles, 'securityEvents' | 'deadLetters'>;
  readonly issuer: string;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: Fetch;
  readonly log: Log;
  /** Settles after that time, or once the signal is given. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Told of every attempt. */
  readonly onDelivery: (receiver: string, outcome: DeliveryOutcome) => void;
  /** Told how many records wait for a receiver, up to about 1,000. */
  readonly onWaiting: (receiver: string, records: number) => void;
}

/** Tells receivers of security events. */
export interface Transmitter {
  /** Ends what is under way. What was not delivered is delivered after the next start. */
  close(): Promise<void>;
}

/**
 * Tells each receiver of what this server's audit trail says, in order, at least once. The trail is the outbox: a record
 * that is in it will be told, whatever happens to this process. What a receiver refuses, or has not taken within a day,
 * becomes a dead letter. Receivers do not wait for each other.
 * @throws FaceError `state_unavailable`
 */
export async function startTransmitter(deps: TransmitterDeps): Promise<Transmitter> {
  const { receivers, trail, files, random } = deps;
  const { sequence: end } = await trail.sync();
  const ids = receivers.map(({ id }) => id);
  const cursors = await openCursors(files.securityEvents, { chain: trail.chain, end, receivers: ids, random });
  const closing = new AbortController();
  const running = receivers.map((receiver) => tell(receiver, { ...deps, cursors, signal: closing.signal }));
  return {
    async close() {
      closing.abort();
      await Promise.all(running);
    },
  };
}

interface ReceiverDeps extends TransmitterDeps {
  readonly cursors: Cursors;
  readonly signal: AbortSignal;
}

/** Tells one receiver, until the signal is given. */
async function tell(receiver: SecurityEventReceiver, deps: ReceiverDeps): Promise<void> {
  const { trail, cursors, signal, sleep, onWaiting, log } = deps;
  const follower = createFollower(trail.file, cursors.of(receiver.id), reportedActions);
  const read = (): Promise<ReportedRecord[]> =>
    follower.read(readAhead).catch((error: unknown) => {
      log.error('security events cannot be read from the audit trail', { receiver: receiver.id, code: toCode(error) });
      return [];
    });
  while (!signal.aborted) {
    const records = await read();
    for (const [index, record] of records.entries()) {
      onWaiting(receiver.id, records.length - index);
      if (!(await tellRecord(record, receiver, deps))) return;
    }
    onWaiting(receiver.id, 0);
    if (records.length === 0) await sleep(pollMs, signal);
  }
}

/** @returns whether it was told or given up; `false` where the signal came first */
async function tellRecord(
  record: ReportedRecord,
  receiver: SecurityEventReceiver,
  deps: ReceiverDeps,
): Promise<boolean> {
  const { trail, cursors, issuer, log } = deps;
  for (const event of toSecurityEvents(record, receiver, { issuer, chain: trail.chain })) {
    if (!(await deliver(event, receiver, deps))) return false;
  }
  await cursors.advance(receiver.id, record.sequence).catch((error: unknown) => {
    // It is told again after a restart, under the same jti.
    log.error('the cursor of security events is not written', { receiver: receiver.id, code: toCode(error) });
  });
  return true;
}

/** Tries until the receiver takes the event, refuses it, or the day is over. */
async function deliver(event: SecurityEvent, receiver: SecurityEventReceiver, deps: ReceiverDeps): Promise<boolean> {
  const { clock, signal, sleep, log, onDelivery } = deps;
  const { jti, name, record } = event;
  const about = { receiver: receiver.id, event: name, sequence: record.sequence, jti };
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    const outcome = await attemptDelivery(event, receiver, deps);
    if (outcome.kind === 'delivered') {
      onDelivery(receiver.id, 'delivered');
      log.info('security event delivered', about);
      return true;
    }
    if (signal.aborted) return false;
    const isOver = outcome.kind === 'refused' || addSec(record.time, triedForSec) <= clock.now();
    if (isOver && (await bury(event, receiver, outcome.reason, deps))) return true;
    onDelivery(receiver.id, 'failed');
    log.warn('security event not delivered', { ...about, reason: outcome.reason });
    await sleep(delayAfter(attempt, deps), signal);
  }
  return false;
}

/** One attempt. What keeps the event from being signed is a failure as well. */
export async function attemptDelivery(
  event: SecurityEvent,
  receiver: SecurityEventReceiver,
  deps: Pick<TransmitterDeps, 'signer' | 'clock' | 'fetch'> & { readonly signal: AbortSignal },
): Promise<PushOutcome> {
  const { signer, clock, fetch, signal } = deps;
  try {
    const jws = await signer.sign('secevent+jwt', toClaims(event, clock.now()));
    return await pushEvent(jws, receiver, { fetch, signal, timeoutMs: answerMs });
  } catch (error) {
    return { kind: 'failed', reason: toCode(error) };
  }
}

/** @returns whether the dead letter is on the disk */
async function bury(
  { jti, name, record }: SecurityEvent,
  receiver: SecurityEventReceiver,
  reason: string,
  { files, clock, log, onDelivery }: ReceiverDeps,
): Promise<boolean> {
  const letter = {
    jti,
    receiver: receiver.id,
    event: name,
    sequence: record.sequence,
    reason,
    time: toIso(clock.now()),
  };
  try {
    await appendDeadLetter(files.deadLetters, letter);
  } catch {
    return false;
  }
  onDelivery(receiver.id, 'dead');
  log.error('security event given up', letter);
  return true;
}

/** Half of it is up to chance, so that a receiver is not called by all replicas at once. */
function delayAfter(attempt: number, { random }: Pick<TransmitterDeps, 'random'>): number {
  const longest = Math.min(firstDelayMs * 2 ** attempt, longestDelayMs);
  const [chance = 0] = random(1);
  return longest * (0.5 + chance / 512);
}
