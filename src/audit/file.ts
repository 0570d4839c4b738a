import { appendFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AuditConfig } from '../config/audit.js';
import type { AuditEvent } from '../core/audit-events.js';
import type { Audit, Clock, Log, Random } from '../core/ports.js';
import { addSec, type EpochMs, toIso } from '../core/units.js';
import { FaceError, toCode } from '../errors.js';
import { isSystemError, syncFolder } from '../files/durable-file.js';
import { createGroupCommit } from '../files/group-commit.js';
import { digestOf, type FileEnd, openEnd, type Tail } from './chain.js';
import { openChainName } from './chain-name.js';
import { isDurable } from './durability.js';
import { lockTrail } from './lock.js';
import { removeOldSegments } from './retention.js';
import { closedFileOf, headsFileOf } from './trail-files.js';

/** How long a record that nobody waits for may be off the disk. */
const syncDelayMs = 1000;

/** A segment is closed at this size or age, whichever comes first: whole segments are what retention removes. */
const longestSegmentBytes = 64 * 1024 * 1024;
const longestSegmentSec = 7 * 86_400;

/** What a trail is kept with. */
export interface FileAuditDeps extends AuditConfig {
  /** The one that is written to; its folder exists. */
  readonly file: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The request that an event belongs to, as replies and the log name it; `null` outside of requests. */
  readonly requestId: () => string | null;
  /** Told of each record once it is written, within the request it belongs to; must not throw. */
  readonly onRecord?: (record: WrittenRecord, chain: string) => void;
  /** Keeps what is known by records alone, before retention removes some; nothing is removed where it throws. */
  readonly beforeRemoval?: () => Promise<void>;
}

/** A record, as it was written. */
export type WrittenRecord = AuditEvent & {
  readonly sequence: number;
  readonly time: EpochMs;
  readonly request: string | null;
};

/** An event to be written, and the request it belongs to. */
interface Appended {
  readonly event: AuditEvent;
  readonly request: string | null;
}

/** A trail of files, and how it stands. */
export interface Trail extends Audit {
  readonly file: string;
  /** The name of the chain, which tells it from those of other replicas. */
  readonly chain: string;
  /** Puts every record appended so far on the disk. @returns where the trail stood then */
  sync(): Promise<Tail>;
}

/**
 * The audit trail as a file of JSON lines that only its owner can read. Each line holds its number, its time and the
 * SHA-256 of the line before it, so a line that was changed, taken out or put in shows; lines cut off at the end show by the
 * signed heads (`signHeads`). A line that a crash left unfinished stays and is covered by the digest in the next. `append` settles once
 * an event of what is held is on the disk; the other events are there within a second.
 * @throws FaceError `state_unavailable`: the file cannot be read or written, or another process writes to it. `append`
 *   throws it too, and what was not written then is not counted.
 */
export async function createFileAudit(deps: FileAuditDeps): Promise<Trail> {
  const unlock = await guarded(async () => lockTrail(deps.file));
  try {
    return await guarded(() => openTrail(deps, unlock));
  } catch (error) {
    unlock();
    throw error;
  }
}

async function openTrail(deps: FileAuditDeps, unlock: () => void): Promise<Trail> {
  const { file, clock, log, requestId, retentionDays, onRecord = () => {}, beforeRemoval = async () => {} } = deps;
  let end: FileEnd | null = await openEnd(file);
  let tail: Tail = end;
  await syncFolder(file);
  const chain = await openChainName(file, { hasRecords: tail.sequence > 0, random: deps.random });
  const sync = createGroupCommit(() => syncFile(file));
  let queue: Promise<unknown> = Promise.resolve();
  let removal: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | null = null;
  let next: { readonly group: Appended[]; readonly written: Promise<readonly WrittenRecord[]> } | null = null;

  const syncSoon = (): void => {
    timer ??= setTimeout(() => {
      timer = null;
      sync().catch((error: unknown) => log.error('the audit trail is not on the disk', { code: toCode(error) }));
    }, syncDelayMs).unref();
  };

  /** Writes what was appended at one moment, by one call. */
  const writeGroup = async (group: readonly Appended[]): Promise<readonly WrittenRecord[]> => {
    // After a failed write nobody knows how much of it is there.
    let at = end ?? (await openEnd(file));
    end = null;
    const time = clock.now();
    if (at.bytes >= longestSegmentBytes || (at.since !== null && addSec(at.since, longestSegmentSec) <= time)) {
      at = await closeSegment(file, at);
      removeOld();
    }
    let { sequence, digest } = at;
    let text = at.mend;
    const written: WrittenRecord[] = [];
    for (const { event, request } of group) {
      const { action, connection, subject, detail } = event;
      sequence += 1;
      const record = { sequence, time: toIso(time), previous: digest, action, connection, subject, detail };
      const line = JSON.stringify(request === null ? record : { ...record, request });
      digest = digestOf(line);
      text += `${line}\n`;
      written.push({ ...event, sequence, time, request });
    }
    // A few hundred bytes into the page cache: over sooner than another thread would have begun.
    appendFileSync(file, text, { mode: 0o600 });
    const bytes = at.bytes + Buffer.byteLength(text);
    end = { sequence, digest, recordDigest: digest, time, mend: '', bytes, since: at.since ?? time };
    tail = end;
    return written;
  };

  /** What was appended while others were written is one group. */
  const write = (appended: Appended): Promise<WrittenRecord> => {
    if (next === null) {
      const group: Appended[] = [];
      const written = queue
        .then(() => nextTurn())
        .then(() => {
          next = null;
          return guarded(() => writeGroup(group));
        });
      next = { group, written };
      queue = written.catch(() => {});
    }
    const { group, written } = next;
    const at = group.push(appended) - 1;
    return written.then((records) => records[at]);
  };

  const append = async (event: AuditEvent): Promise<void> => {
    onRecord(await write({ event, request: requestId() }), chain);
    if (isDurable[event.action]) await guarded(sync);
    else syncSoon();
  };

  const removeOld = (): void => {
    if (retentionDays === null) return;
    removal = removal
      .then(() => removeOldSegments(file, { retentionDays, clock, beforeRemoval }, append))
      .catch((error: unknown) => log.error('old audit records are not removed', { code: toCode(error) }));
  };

  removeOld();
  return {
    file,
    chain,
    append,
    async sync() {
      await queue;
      const now = tail;
      await guarded(sync);
      return now;
    },
    async close() {
      await removal;
      await queue;
      if (timer !== null) clearTimeout(timer);
      await guarded(sync).finally(unlock);
    },
  };
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FaceError) throw error;
    throw new FaceError('state_unavailable', { store: 'audit' }, { cause: error });
  }
}

/** By its name and not by a handle kept open: should somebody have put the file away, what is written goes to a new one. */
async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.datasync().finally(() => handle.close());
}

/**
 * Puts the file away under the number of its last record, and then its heads: a closing that ends in between leaves those to the next
 * segment, where they count as well. @returns where the chain goes on, in a new file
 */
async function closeSegment(file: string, end: FileEnd): Promise<FileEnd> {
  const { sequence } = end;
  await syncFile(file);
  await rename(file, closedFileOf(file, sequence));
  await rename(headsFileOf(file), closedFileOf(headsFileOf(file), sequence)).catch((error: unknown) => {
    if (!isSystemError(error, 'ENOENT')) throw error;
  });
  await (await open(file, 'a', 0o600)).close();
  await syncFolder(file);
  return { ...end, mend: '', bytes: 0, since: null };
}
