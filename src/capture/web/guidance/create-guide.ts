import { GuidanceUnavailable, type Guide, type Look } from './guide.js';
import { createObserver } from './observer.js';
import type { SightSource } from './sight-source.js';

const nothing: Look = { faces: 0, hint: 'none', ready: false, pose: null };

const toUnavailable = (error: unknown): GuidanceUnavailable =>
  error instanceof GuidanceUnavailable ? error : new GuidanceUnavailable(String(error), { cause: error });

/** Each way is its own chunk: a browser loads the one it can use. */
async function createSource(): Promise<SightSource> {
  if (typeof OffscreenCanvas === 'undefined') {
    const { createLocalSource } = await import('./local-source.js');
    return createLocalSource();
  }
  const { createWorkerSource } = await import('./worker-source.js');
  return createWorkerSource();
}

/**
 * Loads the models that guide, about 5 MB over the wire the first time. Nothing the guide computes is sent anywhere.
 * @throws GuidanceUnavailable a file is missing, of the wrong type or altered, or the browser cannot run it
 */
export async function createGuide(): Promise<Guide> {
  const source = await createSource().catch((error: unknown) => {
    throw toUnavailable(error);
  });
  const observe = createObserver();
  return {
    async look(video) {
      if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA || video.videoWidth === 0) return nothing;
      const sight = await source.see(video).catch((error: unknown) => {
        throw toUnavailable(error);
      });
      return observe(sight);
    },
    close: () => source.close(),
  };
}
