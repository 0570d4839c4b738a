import { ahead } from '../ahead.js';
import type { Guide } from './guide.js';

/** The guidance with its models; `null` where they can't be loaded: the server judges without it. */
type Loading = Promise<Guide | null>;

async function load(): Loading {
  try {
    const { createGuide } = await import('./index.js');
    return await createGuide();
  } catch {
    return null;
  }
}

const guide = ahead(load);

/** Begins to load the guidance behind a screen, so that it is there with the camera. */
export const loadGuideAhead = (): void => guide.begin();

/** The guidance, begun by now or before. It is the caller's: another call loads it anew. */
export const takeGuide = (): Loading => guide.take();
