import { GuidanceUnavailable, type Guide, type Look } from './guide.js';
import { createObserver } from './observer.js';
import type { SightSource } from './sight-source.js';

const nothing: Look = {
  ...{ faces: 0, hint: 'no_face', ready: false, isTooSmall: false, isTooBright: false },
  ...{ pose: null, isHeld: false, isBetween: false },
};

const toUnavailable = (error: unknown): GuidanceUnavailable =>
  error instanceof GuidanceUnavailable ? error : new GuidanceUnavailable(String(error), { cause: error });

/** Loads only the kind of source that the browser supports. */
async function createSource(): Promise<SightSource> {
  if (typeof OffscreenCanvas === 'undefined') {
    const { createLocalSource } = await import('./local-source.js');
    return createLocalSource();
  }
  const { createWorkerSource } = await import('./worker-source.js');
  return createWorkerSource();
}

/**
 * Loads the guidance models, about 5 MB at the first use. Results stay in the browser.
 * @throws GuidanceUnavailable
 */
export async function createGuide(): Promise<Guide> {
  const source = await createSource().catch((error: unknown) => {
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
