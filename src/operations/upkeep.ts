import { framesOf } from '../base/frames.js';
import type { Setup } from '../connections/setup.js';
import { inTime } from '../core/deadline.js';
import type { Jobs } from '../core/jobs.js';
import type { Audit, Log, Signer, State } from '../core/ports.js';
import { toCode } from '../errors.js';
import type { OperationDeps } from './deps.js';
import type { Modes } from './modes.js';
import type { SecretUses } from './secret-use-recorder.js';

export interface Background {
  /** Work ends at its next step when the server stops. */
  readonly stopping: AbortSignal;
  start(work: () => Promise<void>): void;
  settled(): Promise<void>;
  /** @returns settles when all work has ended, or after 20 s */
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
  /** @throws `state_unavailable` */
  readonly followModes: () => Promise<void>;
  readonly secretUses: SecretUses;
  /** Name of the audit trail, and longest wait for a signed head. */
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
