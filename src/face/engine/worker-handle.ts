import './unreported.js';
import { Worker } from 'node:worker_threads';
import { FaceError } from '../../errors.js';
import { type Job, type PhotoJob, type Reply, replyGuard, type WorkerData } from './messages.js';
import type { RuntimeName } from './runtime.js';

export interface WorkerHandle {
  readonly runtime: RuntimeName;
  readonly whenGone: Promise<void>;
  ask(job: PhotoJob): Promise<Reply>;
  close(): Promise<void>;
}

/*
 * Decoded pixels are freed only by garbage collection, which rarely runs in a worker. With V8's default, each worker
 * would hold 90 MB more.
 */
const nurseryMb = 4;

export async function startWorker(data: WorkerData): Promise<WorkerHandle> {
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: data,
    resourceLimits: { maxYoungGenerationSizeMb: nurseryMb },
  });
  let settle: { resolve(reply: Reply): void; reject(error: FaceError): void } | null = null;

  const nextReply = (): Promise<Reply> =>
    new Promise((resolve, reject) => {
      settle = { resolve, reject };
    });
  const fail = (cause: unknown): void => {
    settle?.reject(new FaceError('internal', { worker: 'died' }, { cause }));
    settle = null;
  };

  worker.on('message', (message: unknown) => {
    const parsed = replyGuard.safeParse(message);
    if (parsed.success) {
      settle?.resolve(parsed.data);
      settle = null;
    } else {
      fail(parsed.error);
      void worker.terminate();
    }
  });
  worker.on('error', fail);
  const whenGone = new Promise<void>((resolve) => {
    worker.on('exit', (code) => {
      fail(code);
      resolve();
    });
  });

  const first = await nextReply();
  if (first.outcome !== 'ready') {
    await whenGone;
    throw first.outcome === 'refused' ? new FaceError(first.code, first.detail) : new FaceError('internal');
  }

  return {
    runtime: first.runtime,
    whenGone,
    ask(job) {
      const reply = nextReply();
      worker.postMessage(job, [job.photo.buffer]);
      return reply;
    },
    async close() {
      worker.postMessage({ task: 'close' } satisfies Job);
      await whenGone;
    },
  };
}
