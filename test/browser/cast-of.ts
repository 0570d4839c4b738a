import { afterAll, beforeAll } from '@jest/globals';
import { type Cast, gather } from './cast.js';
import { hasChromium } from './chromium.js';

/**
 * Provides the people and the server for all tests of a file. The tests run concurrently, because they mostly wait for
 * head movements. `describe` hooks would run too late for `test.concurrent`.
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
