import { ahead } from '../ahead.js';
import type { Guide } from './create-guide.js';

/** The guide, or `null` if it is unavailable. The server can judge without it. */
type Loading = Promise<Guide | null>;

async function load(): Loading {
  try {
    const { createGuide } = await import('./create-guide.js');
    return await createGuide();
  } catch {
    return null;
  }
}

const guide = ahead(load);

export const loadGuideAhead = (): void => guide.begin();

export const takeGuide = (): Loading => guide.take();
