import { appendFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AuditConfig } from '../config/retention.js';
import type { AuditEvent } from '../core/audit-events.js';
import type { Ports } from '../core/deps.js';
import type { Audit, Clock } from '../core/ports.js';
import { hexDigestOf } from '../core/secrets.js';
import { addSec, type EpochMs, secondsPerDay, toIso } from '../core/units.js';
import { FaceError, toCode } from '../errors.js';
import { createGroupCommit, ifExists, syncFolder } from '../files/durable-file.js';
import { type FileEnd, findFirstLink, openEnd, readTail, type Tail } from './chain.js';
import { compressSegment, longestSegmentBytes } from './compressed.js';
import { lockTrail } from './lock.js';
import {
  closedFileOf,
  closedSegmentsOf,
  compressedFileOf,
  compressionDraftOf,
  headsFileOf,
  isCompressed,
  openChainName,
} from './trail-files.js';

/**
 * Removes closed files older than `retentionDays`. Before each removal, a record with the number and digest of the last
 * removed line is appended. With this record, the rest of the hash chain can still be verified.
 * @param rules.beforeRemoval - saves data from records that will be removed; if it throws, nothing is removed
 */
export async function removeOldSegments(
  file: string,
  {
    retentionDays,
    clock,
    beforeRemoval,
  }: { readonly retentionDays: number; readonly clock: Clock; readonly beforeRemoval: () => Promise<void> },
  append: (event: AuditEvent) => Promise<void>,
): Promise<void> {
  const keptFrom = addSec(clock.now(), -retentionDays * secondsPerDay);
  let hasSavedBefore = false;
  for (const { file: segment, lastSequence } of await closedSegmentsOf(file)) {
    const end = (await readTail(segment)) ?? (await readEndFromNext(file, lastSequence));
    if (end === null || end.time === null || end.time >= keptFrom) return;
    const { sequence: through, digest } = end;
    if (!hasSavedBefore) await beforeRemoval();
    hasSavedBefore = true;
    await append({ action: 'records_removed', connection: '', subject: '', detail: { through, digest } });
    await rm(segment);
    await rm(compressedFileOf(segment), { force: true });
    await rm(closedFileOf(headsFileOf(file), lastSequence), { force: true });
  }
}

/** Returns the end of a damaged file from the record after it, which has its digest and is not older. */
async function readEndFromNext(file: string, sequence: number): Promise<Tail | null> {
  const next = await findFirstLink(file, sequence);
  return next && { sequence, digest: next.previous, recordDigest: next.previous, time: next.time };
}

/** Compresses the closed files. The newest stays as it is, because followers read it by position. */
async function compressOldSegments(file: string, signal: AbortSignal): Promise<void> {
  const draft = compressionDraftOf(file);
  // After a crash, retention may have removed the file of the draft.
  await rm(draft, { force: true });
  for (const { file: closed } of (await closedSegmentsOf(file)).slice(0, -1))
    if (!isCompressed(closed)) await compressSegment(closed, draft, signal);
}

/** Time until records are synced to disk if no caller waits for the sync. */
const syncDelayMs = 1000;

const longestSegmentSec = 7 * 86_400;

export interface FileAuditDeps extends AuditConfig, Ports<'auditEvents' | 'clock' | 'random' | 'log'> {
  readonly file: string;
  /** Returns the id of the current request, as in replies and the log; `null` outside of requests. */
  readonly requestId: () => string | null;
  /** Called in the request that caused the record. It must not throw. */
  readonly onRecord?: (record: WrittenRecord, chain: string) => void;
  /** Saves data before retention removes records. If it throws, nothing is removed. */
  readonly beforeRemoval?: () => Promise<void>;
}

export type WrittenRecord = AuditEvent & {
  readonly sequence: number;
  readonly time: EpochMs;
  readonly request: string | null;
};

interface Appended {
  readonly event: AuditEvent;
  readonly request: string | null;
}

export interface Trail extends Audit {
  readonly file: string;
  readonly chain: string;
  sync(): Promise<Tail>;
}

/**
 * Opens the audit log: a private file of JSON lines, each with the SHA-256 of the previous line. A line that a crash
 * left unfinished remains part of this hash chain. For durable actions (`isDurable`), `append` resolves when the record
 * is synced to disk; other records are synced within a second.
 * @throws `state_unavailable` if the file is inaccessible or another process writes to it
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
  let tidying: Promise<unknown> = Promise.resolve();
  const closing = new AbortController();
  let timer: NodeJS.Timeout | null = null;
  let next: { readonly group: Appended[]; readonly written: Promise<readonly WrittenRecord[]> } | null = null;

  const syncSoon = (): void => {
    timer ??= setTimeout(() => {
      timer = null;
      sync().catch((error: unknown) => log.error('audit trail not flushed to disk', { code: toCode(error) }));
    }, syncDelayMs).unref();
  };

  const writeGroup = async (group: readonly Appended[]): Promise<readonly WrittenRecord[]> => {
    let at = end ?? (await openEnd(file));
    end = null;
    const time = clock.now();
    if (at.bytes >= longestSegmentBytes || (at.since !== null && addSec(at.since, longestSegmentSec) <= time)) {
      at = await closeSegment(file, at);
      tidy();
    }
    let { sequence, digest } = at;
    let text = at.repair;
    const written: WrittenRecord[] = [];
    for (const { event, request } of group) {
      const { action, connection, subject, detail } = event;
      sequence += 1;
      const record = { sequence, time: toIso(time), previous: digest, action, connection, subject, detail };
      const line = JSON.stringify(request === null ? record : { ...record, request });
      digest = hexDigestOf(line);
      text += `${line}\n`;
      written.push({ ...event, sequence, time, request });
    }
    // The write is synchronous, because writing to the page cache is faster than switching to another thread.
    appendFileSync(file, text, { mode: 0o600 });
    const bytes = at.bytes + Buffer.byteLength(text);
    end = { sequence, digest, recordDigest: digest, time, repair: '', bytes, since: at.since ?? time };
    tail = end;
    return written;
  };

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
    if (deps.auditEvents.isDurable(event.action)) await guarded(sync);
    else syncSoon();
  };

  const tidy = (): void => {
    tidying = tidying
      .then(async () => {
        if (retentionDays !== null) await removeOldSegments(file, { retentionDays, clock, beforeRemoval }, append);
      })
      .catch((error: unknown) => log.error('cannot remove old audit records', { code: toCode(error) }))
      .then(() => compressOldSegments(file, closing.signal))
      .catch((error: unknown) => {
        if (!closing.signal.aborted) log.error('cannot compress old audit records', { code: toCode(error) });
      });
  };

  tidy();
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
      closing.abort();
      await tidying;
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

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.datasync().finally(() => handle.close());
}

/**
 * Closes the active file: renames it and then the file of its heads (signed statements about its end). After a crash in
 * between, these heads are valid in the next file too.
 */
async function closeSegment(file: string, end: FileEnd): Promise<FileEnd> {
  const { sequence } = end;
  await syncFile(file);
  await rename(file, closedFileOf(file, sequence));
  await ifExists(rename(headsFileOf(file), closedFileOf(headsFileOf(file), sequence)));
  await (await open(file, 'a', 0o600)).close();
  await syncFolder(file);
  return { ...end, repair: '', bytes: 0, since: null };
}
