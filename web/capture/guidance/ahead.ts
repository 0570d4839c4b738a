import { ahead } from '../ahead.js';
import type { Guide } from './create-guide.js';

type Loading = Promise<Guide | null>;

/**
 * Loads the guide, which tells the person how to hold the face.
 * @returns `null` if it is unavailable. The server can judge without it
 */
async function load(): Loading {
  try {
    // Loaded later, so that the first screen has fewer bytes.
    const { createGuide } = await import('./create-guide.js');
    return await createGuide();
  } catch {
    return null;
  }
}

const guide = ahead(load);

export const loadGuideAhead = (): void => guide.begin();

export const takeGuide = (): Loading => guide.take();
