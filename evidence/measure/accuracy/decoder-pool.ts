import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type MeasuredEngine, shippedEngine } from './bare-token.js';
import { toShare, type ViewComparison } from './decode.js';

export type DecoderPool = ReturnType<typeof createDecoderPool>;

const pairsAtOnce = 1000;
const sayEveryMs = 5000;

export function createDecoderPool(say: (line: string) => void, engine: MeasuredEngine = shippedEngine) {
  const workers = Array.from(
    { length: availableParallelism() },
    () => new Worker(new URL('./decode-worker.js', import.meta.url)),
  );
  return {
    engine,
    async decode(bits: number, comparison: ViewComparison, about: string): Promise<Uint8Array> {
      const opened = new Uint8Array(comparison.pairs.length / 2);
      let next = 0;
      let done = 0;
      let saidAt = performance.now();
      const work = async (worker: Worker): Promise<void> => {
        for (let from = next; from < opened.length; from = next) {
          next = from + pairsAtOnce;
          const share = toShare(comparison, from, next);
          worker.postMessage({ code: { bits, listSize: engine.listSize }, share }, [
            share.enrolled.buffer,
            share.live.buffer,
          ]);
          const [answer]: Uint8Array[] = await once(worker, 'message');
          opened.set(answer, from);
          done += answer.length;
          if (performance.now() - saidAt < sayEveryMs) continue;
          saidAt = performance.now();
          say(`${about}: ${done} of ${opened.length} pairs decoded`);
        }
      };
      await Promise.all(workers.map(work));
      return opened;
    },
    async close(): Promise<void> {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
