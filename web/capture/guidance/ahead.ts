import { ahead } from '../ahead.js';
import type { Guide } from './create-guide.js';

/**
 * Loads the guide, which tells the person how to hold the face.
 * @returns `null` if it is unavailable. The server can judge without it
 */
async function load(): Promise<Guide | null> {
  try {
    // Loaded later, so that the first screen has fewer bytes.
    const { createGuide } = await import('./create-guide.js');
    return await createGuide();
  } catch {
    return null;
  }
}

export const guideAhead = ahead(load);
