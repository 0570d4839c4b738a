import { toTrustedUrl } from '../trusted-url.js';
import { GuidanceUnavailable } from './guide.js';
import type { Sight } from './sight.js';
import type { Reply } from './worker.js';
import workerUrl from './worker.ts?worker&url';

/**
 * Starts a worker that analyzes video frames, one call at a time.
 * @throws GuidanceUnavailable
 */
export async function createWorkerSource() {
  const worker = new Worker(toTrustedUrl('facestep-worker', workerUrl), { type: 'module' });
  let isClosed = false;
  let settle: { resolve(reply: Reply): void; reject(error: GuidanceUnavailable): void } | null = null;

  const next = (): Promise<Reply> =>
    new Promise((resolve, reject) => {
      if (isClosed) throw new GuidanceUnavailable('closed');
      settle = { resolve, reject };
    });
  const fail = (reason: string): void => {
    settle?.reject(new GuidanceUnavailable(reason));
    settle = null;
  };
  worker.addEventListener('message', ({ data: reply }: MessageEvent<Reply>) => {
    if (reply.outcome === 'failed') return fail(reply.reason);
    settle?.resolve(reply);
    settle = null;
  });
  worker.addEventListener('error', ({ message }) => fail(message));
  worker.addEventListener('messageerror', () => fail('the worker was not understood'));

  await next().catch((error: unknown) => {
    worker.terminate();
    throw error;
  });
  return {
    async see(video: HTMLVideoElement): Promise<Sight> {
      const frame = await createImageBitmap(video);
      const reply = next();
      worker.postMessage({ frame }, [frame]);
      const seen = await reply;
      if (seen.outcome !== 'seen') throw new GuidanceUnavailable('the worker said something else');
      return seen.sight;
    },
    close(): void {
      isClosed = true;
      worker.terminate();
      fail('closed');
    },
  };
}
