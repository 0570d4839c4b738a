import { afterAll, beforeAll } from '@jest/globals';
import { type Cast, gather } from './cast.js';
import { hasChromium } from './chromium.js';

/**
 * Gathers a cast for all tests of a file. These run side by side (`test.concurrent`), as most of their time they wait for
 * somebody to turn their head; hooks of a `describe` would come too late for them.
 * @returns what gives the cast to a test
 */
export function castOf(...given: Parameters<typeof gather>): () => Cast {
  let cast: Cast | null = null;
  if (hasChromium) {
    beforeAll(async () => {
      cast = await gather(...given);
    });
    afterAll(() => cast?.close());
  }
  return () => {
    if (cast === null) throw new Error('nobody is there yet');
    return cast;
  };
}
