import { ahead } from '../ahead.js';
import type { Guide } from './guide.js';

/**
 * The guide that helps the user, or `null` if it is unavailable. Checks work without it, because the server judges the
 * pictures.
 */
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

export const loadGuideAhead = (): void => guide.begin();

export const takeGuide = (): Loading => guide.take();
