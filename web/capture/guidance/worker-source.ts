import { toTrustedUrl } from '../trusted-url.js';
import { GuidanceUnavailable } from './guide.js';
import { type Reply, replyGuard } from './messages.js';
import type { SightSource } from './sight-source.js';
import workerUrl from './worker.ts?worker&url';

/** @throws GuidanceUnavailable */
export async function createWorkerSource(): Promise<SightSource> {
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
  worker.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    const reply = replyGuard.safeParse(data);
    if (!reply.success) fail('the worker said something else');
    else if (reply.data.outcome === 'failed') fail(reply.data.reason);
    else {
      settle?.resolve(reply.data);
      settle = null;
    }
  });
  worker.addEventListener('error', ({ message }) => fail(message));
  worker.addEventListener('messageerror', () => fail('the worker was not understood'));

  await next().catch((error: unknown) => {
    worker.terminate();
    throw error;
  });
  return {
    async see(video) {
      const frame = await createImageBitmap(video);
      const reply = next();
      worker.postMessage({ frame }, [frame]);
      const seen = await reply;
      if (seen.outcome !== 'seen') throw new GuidanceUnavailable('the worker said something else');
      return seen.sight;
    },
    close() {
      isClosed = true;
      worker.terminate();
      fail('closed');
    },
  };
}
