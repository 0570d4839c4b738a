import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import type { WrittenRecord } from '../audit/file.js';
import type { LedgerDeps } from '../core/ledger/deps.js';
import { type LedgerEntry, type RecordedEvent, toEntry } from '../core/ledger/entry.js';
import { isLogged, type LoggedAction } from '../core/ledger/line.js';
import { prune } from '../core/ledger/prune.js';
import { recordEntries } from '../core/ledger/record.js';
import type { Log } from '../core/ports.js';
import { toCode } from '../errors.js';

/** Written at once; with an embedded store a hook waits for no more than that. */
const entriesAtOnce = 50;

/** How long an entry waits for others. */
const gatherMs = 300;

/** After a failure. */
const pauseMs = 5_000;

/** Waiting for a store that does not answer: what comes beyond that is lost here, and found in the trail. */
const mostWaiting = 20_000;

const pruneEveryMs = 10 * 60 * 1000;

/** How long a stop waits for the store. */
const stopMs = 3_000;

/** Writes what is appended to the audit trail into the ledger, behind whoever appended it. */
export interface LedgerRecorder {
  /** @param network - that the caller is in, shortened */
  note(record: WrittenRecord, trail: string, network: string | null): void;
  /** Settles once what waits is written, or was given up for now. */
  flush(): Promise<void>;
  /** Writes what waits, for a few seconds at most. */
  stop(): Promise<void>;
}

/** What a recorder takes. */
export interface RecorderDeps extends LedgerDeps {
  readonly log: Log;
  /** Told of lines. */
  readonly onLines: (outcome: 'written' | 'lost', lines: number) => void;
}

export function createLedgerRecorder(deps: RecorderDeps): LedgerRecorder {
  const { log, onLines } = deps;
  let waiting: LedgerEntry[] = [];
  let lost = 0;
  let flushing: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let isStopped = false;

  const flushSoon = (afterMs: number): void => {
    if (isStopped) return;
    timer ??= setTimeout(() => {
      timer = null;
      void flush();
    }, afterMs).unref();
  };

  const lose = (lines: number): void => {
    lost += lines;
    onLines('lost', lines);
  };

  const tellLost = (code: string): void => {
    log.warn('ledger not written', { code, waiting: waiting.length, lost });
    lost = 0;
  };

  const writeAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, entriesAtOnce);
      try {
        await recordEntries(batch, deps);
      } catch (error) {
        tellLost(toCode(error));
        flushSoon(pauseMs);
        return;
      }
      waiting = waiting.slice(batch.length);
      onLines('written', batch.length);
      // Hooks get their turn.
      await setImmediate();
    }
  };

  const flush = (): Promise<void> => {
    flushing ??= writeAll().finally(() => {
      flushing = null;
    });
    return flushing;
  };

  const pruning = setInterval(() => {
    prune({ ...deps, pause: () => delay(20) }).catch((error: unknown) =>
      log.warn('ledger not pruned', { code: toCode(error) }),
    );
  }, pruneEveryMs).unref();

  return {
    note(record, trail, network) {
      if (!isLoggedRecord(record)) return;
      if (waiting.length >= mostWaiting) {
        lose(1);
        return;
      }
      waiting.push(toEntry(record, trail, network));
      flushSoon(gatherMs);
    },
    flush,
    async stop() {
      isStopped = true;
      clearInterval(pruning);
      if (timer !== null) clearTimeout(timer);
      await Promise.race([flush(), delay(stopMs, undefined, { ref: false })]);
      if (waiting.length === 0) return;
      lose(waiting.length);
      tellLost('state_unavailable');
    },
  };
}

const isLoggedRecord = (record: WrittenRecord): record is WrittenRecord & RecordedEvent<LoggedAction> =>
  isLogged(record.action);
