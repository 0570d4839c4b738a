import { GuidanceUnavailable, type Look } from './guide.js';
import { createObserver } from './observer.js';
import { createWorkerSource } from './worker-source.js';

export interface Guide {
  /**
   * Analyzes the current frame. The first steady frontal face defines the neutral pose. If the video has no frame yet,
   * the result has no face.
   * @throws GuidanceUnavailable
   */
  look(video: HTMLVideoElement): Promise<Look>;
  close(): void;
}

const nothing: Look = {
  ...{ faces: 0, hint: 'no_face', ready: false, isTooSmall: false, isTooBright: false },
  ...{ pose: null, isHeld: false, isBetween: false },
};

const toUnavailable = (error: unknown): GuidanceUnavailable =>
  error instanceof GuidanceUnavailable ? error : new GuidanceUnavailable(String(error), { cause: error });

/**
 * Loads the guidance models, about 5 MB at the first use. Results stay in the browser.
 * @throws GuidanceUnavailable
 */
export async function createGuide(): Promise<Guide> {
  const source = await createWorkerSource().catch((error: unknown) => {
    throw toUnavailable(error);
  });
  const observe = createObserver();
  let former: Promise<unknown> = Promise.resolve();
  return {
    async look(video) {
      if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || video.videoWidth === 0) return nothing;
      const seen = former.then(() => source.see(video));
      former = seen.catch(() => {});
      const sight = await seen.catch((error: unknown) => {
        throw toUnavailable(error);
      });
      return observe(sight);
    },
    close: () => source.close(),
  };
}
