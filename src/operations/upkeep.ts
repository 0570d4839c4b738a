import { framesOf } from '../base/frames.js';
import type { Setup } from '../connections/setup.js';
import type { Jobs } from '../core/jobs.js';
import type { Audit, Clock, Fetch, Log, Random, Signer, State } from '../core/ports.js';
import { inTime } from '../core/resilience.js';
import { toCode } from '../errors.js';
import type { Modes } from './modes.js';
import type { SecretUses } from './secret-use-recorder.js';

export interface Background {
  /** Aborted when the server stops. Background work then ends before its next step. */
  readonly stopping: AbortSignal;
  start(work: () => Promise<void>): void;
  settled(): Promise<void>;
  /** Resolves when all work has ended, after 20 s at most. */
  stop(): Promise<void>;
}

export interface Upkeep extends OperationDeps {
  readonly state: State;
  readonly audit: Audit;
  readonly signer: Signer;
  readonly background: Background;
  readonly jobs: Jobs;
  readonly setup: () => Setup;
  readonly modes: () => Modes;
  /** Loads overrides of the connections' modes again. */
  readonly followModes: () => Promise<void>;
  readonly secretUses: SecretUses;
  /**
   * Name of the audit log's hash chain, and for how long records have waited for a signed head (statement about the
   * log's end).
   */
  readonly trail: { readonly chain: string; readonly waitingSec: () => number };
}

const stopWithinMs = 20_000;

export function createBackground({ log }: { readonly log: Log }): Background {
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  const settled = async (): Promise<void> => void (await Promise.all(underWay));
  return {
    stopping: stopping.signal,
    start(work) {
      const run = work()
        .catch((error: unknown) =>
          log.error('background task failed', { code: toCode(error), frames: framesOf(error) }),
        )
        .finally(() => underWay.delete(run));
      underWay.add(run);
    },
    settled,
    async stop() {
      stopping.abort();
      await inTime(settled(), stopWithinMs, () => undefined);
    },
  };
}

export interface OperationDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: Fetch;
  readonly log: Log;
}
