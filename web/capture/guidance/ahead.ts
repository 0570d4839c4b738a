import { ahead } from '../ahead.js';
import { createGuide, type Guide } from './create-guide.js';

type Loading = Promise<Guide | null>;

/**
 * Loads the guide, which tells the person how to hold the face.
 * @returns `null` if it is unavailable. The server can judge without it
 */
const guide = ahead((): Loading => createGuide().catch(() => null));

export const loadGuideAhead = (): void => guide.begin();

export const takeGuide = (): Loading => guide.take();
