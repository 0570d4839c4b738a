import type { Setup } from '../../adapters/setup.js';
import { framesOf } from '../base/frames.js';
import { inTime } from '../core/deadline.js';
import type { Jobs } from '../core/jobs.js';
import type { Audit, Log, Signer, State } from '../core/ports.js';
import { toCode } from '../errors.js';
import type { OperationDeps } from './deps.js';
import type { Modes } from './modes.js';

/** Work that goes on after the request that began it is answered. */
export interface Background {
  /** Fires when the server is to stop: work ends at its next step. */
  readonly stopping: AbortSignal;
  /** Takes work on. What it throws is logged. */
  start(work: () => Promise<void>): void;
  /** Waits until what was taken on has ended. */
  settled(): Promise<void>;
  /** Has everything end. @returns once it has, or after 20 s */
  stop(): Promise<void>;
}

/** What looking after a running server takes. */
export interface Upkeep extends OperationDeps {
  readonly state: State;
  readonly audit: Audit;
  readonly signer: Signer;
  readonly background: Background;
  /** What this server does again and again behind its requests. */
  readonly jobs: Jobs;
  /** The configuration that was loaded last, as its file says. */
  readonly setup: () => Setup;
  /** The modes of connections that were switched by hand, as they are in force here. */
  readonly modes: () => Modes;
  /** Puts in force what was switched since. @throws FaceError `state_unavailable` */
  readonly followModes: () => Promise<void>;
  /** The name of this server's audit trail, and for how long records have waited for a signed head, in seconds. */
  readonly trail: { readonly chain: string; readonly waitingSec: () => number };
}

/** As long as a load balancer gives a server to end. */
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
          log.error('background work failed', { code: toCode(error), frames: framesOf(error) }),
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
