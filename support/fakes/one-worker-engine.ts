import { createFairQueue, type QueueShare } from '../../src/core/fair-queue.js';
import { FaceError } from '../../src/errors.js';
import type { Engine } from '../../src/face/engine/engine.js';
import { createSimulatedEngine } from './simulated-engine.js';

interface Job {
  readonly share: QueueShare;
  run(): Promise<void>;
  reject(error: unknown): void;
}

/** Creates the simulated engine behind the real queue, with one worker. */
export function createOneWorkerEngine({
  queueLimit = 1_000,
  costMs = () => 0,
  gate = async () => {},
}: {
  readonly queueLimit?: number;
  readonly costMs?: () => number;
  readonly gate?: () => Promise<void>;
}) {
  const simulated = createSimulatedEngine();
  const waiting = createFairQueue<Job>(queueLimit);
  const counts = { asked: 0, known: 0, overloaded: 0 };
  const begun: QueueShare[] = [];
  let isBusy = false;

  const work = async (): Promise<void> => {
    if (isBusy) return;
    isBusy = true;
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const { share, run, reject } = job;
      const refusal = share.row?.refusal ?? null;
      if (refusal !== null) {
        reject(refusal);
        continue;
      }
      begun.push(share);
      await gate()
        .then(run)
        .catch((error: unknown) => {
          if (error instanceof FaceError) share.row?.onRefused(error, costMs());
          reject(error);
        });
    }
    isBusy = false;
  };
  const inTurn = <Result>(share: QueueShare, look: () => Promise<Result>): Promise<Result> =>
    new Promise((resolve, reject) => {
      counts.asked += 1;
      if (share.class === 'known') counts.known += 1;
      const run = async (): Promise<void> => resolve(await look());
      for (const dropped of waiting.push({ share, run, reject }, share, 1)) {
        counts.overloaded += 1;
        dropped.reject(new FaceError('overloaded', { retryAfterSec: 1 }));
      }
      void work();
    });
  const engine: Engine = {
    ...simulated,
    detect: (photo, share) => inTurn(share, () => simulated.detect(photo, share)),
    examine: (photo, signals, share) => inTurn(share, () => simulated.examine(photo, signals, share)),
  };
  return { engine, begun, counts };
}
