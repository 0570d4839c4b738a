import { setImmediate } from 'node:timers/promises';
import type { Ports } from '../../core/deps.js';
import type { Jobs } from '../../core/jobs.js';
import type { LedgerDeps } from '../../core/ports/ledger-store.js';
import type { Log } from '../../core/ports.js';
import { pause } from '../../core/resilience.js';
import type { RequestOrigin } from '../../core/user-agent.js';
import { toCode } from '../../errors.js';
import { readEvents } from '../events.js';
import type { Trail, WrittenRecord } from '../file.js';
import { beginActivity } from './log.js';
import { prune } from './prune.js';
import { rebuildLedger } from './rebuild.js';
import { type LedgerEntry, recordEntries, toEntry } from './record.js';
import { countEarlier } from './sign-ins.js';

/** Entries per write. Entries of one batch share pages of the embedded store; more would delay hook calls. */
const entriesAtOnce = 100;

/** Delay of a written entry. With the write, it stays below two seconds. */
const gatherMs = 1000;

const pauseMs = 5_000;

/** Further entries are dropped; they can be rebuilt from the audit log. */
const mostWaiting = 20_000;

const stopMs = 3_000;

export interface RecorderDeps extends LedgerDeps, Ports<'auditEvents'> {
  readonly log: Log;
  readonly jobs: Jobs;
  readonly onLines: (outcome: 'written' | 'lost', lines: number) => void;
}

export function createLedgerRecorder(deps: RecorderDeps) {
  const { log, jobs, onLines } = deps;
  let waiting: LedgerEntry[] = [];
  let lost = 0;
  let flushing: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  const stopping = new AbortController();
  let erasing: Promise<void> = Promise.resolve();

  const flushSoon = (afterMs: number): void => {
    if (stopping.signal.aborted) return;
    timer ??= setTimeout(() => {
      timer = null;
      void flush();
    }, afterMs).unref();
  };

  const countLost = (lines: number): void => {
    lost += lines;
    onLines('lost', lines);
  };

  const reportFailedWrite = (code: string): void => {
    log.warn('cannot write the ledger', { code, waiting: waiting.length, lost });
    lost = 0;
  };

  const writeAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, entriesAtOnce);
      try {
        await recordEntries(batch, deps);
      } catch (error) {
        reportFailedWrite(toCode(error));
        flushSoon(pauseMs);
        return;
      }
      waiting = waiting.slice(batch.length);
      onLines('written', batch.length);
      // Waits, so that hook calls can proceed.
      await setImmediate();
    }
  };

  const flush = (): Promise<void> => {
    flushing ??= writeAll().finally(() => {
      flushing = null;
    });
    return flushing;
  };

  const writeErasures = async (batch: readonly LedgerEntry[]): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        // Usually the ledger already has this entry, with a network address that must be kept.
        return await recordEntries(batch, deps, { isRebuilt: true });
      } catch (error) {
        log.warn('erasures not yet replayed in the ledger', { code: toCode(error) });
        await pause(pauseMs, stopping.signal);
      }
    }
  };

  const eraseAll = async ({ file, chain }: Pick<Trail, 'file' | 'chain'>): Promise<void> => {
    let batch: LedgerEntry[] = [];
    for await (const event of readEvents(file, ['subject_erased'], deps.auditEvents)) {
      if (stopping.signal.aborted) return;
      const entry = toEntry({ ...event, request: event.request ?? null }, chain, null, deps);
      if (entry !== null) batch.push(entry);
      if (batch.length < entriesAtOnce) continue;
      await writeErasures(batch);
      batch = [];
      await setImmediate();
    }
    if (batch.length > 0) await writeErasures(batch);
  };

  const counted = new Map<string, number>();
  const pruning = jobs.start({
    name: 'ledger_pruning',
    everySec: 600,
    run: () => prune({ ...deps, counted, pause: () => pause(20) }),
  });

  return {
    note(record: WrittenRecord, trail: string, origin: RequestOrigin | null): void {
      const entry = toEntry(record, trail, origin, deps);
      if (entry === null) return;
      if (waiting.length >= mostWaiting) {
        countLost(1);
        return;
      }
      waiting.push(entry);
      flushSoon(gatherMs);
    },
    /** Repeats erasures that a crash or an outage may have prevented. Idempotent; never rejects. */
    replayErasures(trail: Pick<Trail, 'file' | 'chain'>): Promise<void> {
      erasing = eraseAll(trail).catch((error: unknown) =>
        log.error('erasures not replayed in the ledger', { code: toCode(error) }),
      );
      return erasing;
    },
    /** Counts the decisions that were recorded before this version, once and in the background. Never rejects. */
    async countEarlier(trail: Pick<Trail, 'file' | 'chain'>): Promise<void> {
      const count = async (): Promise<void> => {
        const { lines } = await rebuildLedger([trail.file], { ...deps, pause: () => pause(20, stopping.signal) });
        log.info('earlier decisions counted', { lines });
      };
      await erasing;
      await beginActivity(deps).catch((error: unknown) =>
        log.warn('start of the activity not noted', { code: toCode(error) }),
      );
      await countEarlier(trail, count, deps).catch((error: unknown) =>
        log.warn('earlier decisions not yet counted', { code: toCode(error) }),
      );
    },
    flush,
    /** Writes the entries that are waiting, for a few seconds at most. */
    async stop(): Promise<void> {
      stopping.abort();
      if (timer !== null) clearTimeout(timer);
      await Promise.race([Promise.all([flush(), erasing, pruning.stop()]), pause(stopMs)]);
      if (waiting.length === 0) return;
      countLost(waiting.length);
      reportFailedWrite('state_unavailable');
    },
  };
}
