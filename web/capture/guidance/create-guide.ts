import { toTrustedUrl } from '../trusted-url.js';
import type { FrameReading } from './frame-reading.js';
import { GuidanceUnavailable, type GuideReading } from './guide.js';
import { createObserver } from './observer.js';
import type { Reply } from './worker.js';
import workerUrl from './worker.ts?worker&url';

/**
 * Starts a worker that analyzes video frames, one call at a time.
 * @throws GuidanceUnavailable
 */
async function createWorkerSource() {
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
    async see(video: HTMLVideoElement): Promise<FrameReading> {
      const frame = await createImageBitmap(video);
      const reply = next();
      worker.postMessage({ frame }, [frame]);
      const seen = await reply;
      if (seen.outcome !== 'seen') throw new GuidanceUnavailable('unexpected message of the worker');
      return seen.reading;
    },
    close(): void {
      isClosed = true;
      worker.terminate();
      fail('closed');
    },
  };
}

export interface Guide {
  /**
   * Analyzes the current frame. The first steady frontal face defines the neutral pose. If the video has no frame yet,
   * the result has no face.
   * @throws if the frame cannot be analyzed, `GuidanceUnavailable` after `close`
   */
  look(video: HTMLVideoElement): Promise<GuideReading>;
  close(): void;
}

const nothing: GuideReading = {
  faces: 0,
  hint: 'no_face',
  ready: false,
  isTooSmall: false,
  isTooBright: false,
  pose: null,
  isHeld: false,
  isBetween: false,
};

/**
 * Loads the guidance models and their runtime, 1.5 MB at the first use. Results stay in the browser.
 * @throws `GuidanceUnavailable` if a model or the runtime cannot be loaded
 */
export async function createGuide(): Promise<Guide> {
  const source = await createWorkerSource();
  const observe = createObserver();
  let previous: Promise<unknown> = Promise.resolve();
  return {
    async look(video) {
      if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || video.videoWidth === 0) return nothing;
      const seen = previous.then(() => source.see(video));
      previous = seen.catch(() => {});
      return observe(await seen);
    },
    close: () => source.close(),
  };
}
