import { GuidanceUnavailable, type Guide, type Look } from './guide.js';
import { createObserver } from './observer.js';
import type { SightSource } from './sight-source.js';

const nothing: Look = {
  ...{ faces: 0, hint: 'no_face', ready: false, isTooSmall: false, isTooBright: false },
  ...{ pose: null, isHeld: false, isBetween: false },
};

const toUnavailable = (error: unknown): GuidanceUnavailable =>
  error instanceof GuidanceUnavailable ? error : new GuidanceUnavailable(String(error), { cause: error });

/**
 * Creates the source of analyzed frames. Only the code for the kind that the browser supports is loaded: a worker, or
 * the page itself.
 */
async function createSource(): Promise<SightSource> {
  if (typeof OffscreenCanvas === 'undefined') {
    const { createLocalSource } = await import('./local-source.js');
    return createLocalSource();
  }
  const { createWorkerSource } = await import('./worker-source.js');
  return createWorkerSource();
}

/**
 * Loads the guidance models, a download of about 5 MB at the first use. Pictures that the guide analyzes and its
 * results stay in the browser.
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
