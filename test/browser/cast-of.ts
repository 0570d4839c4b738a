import { type Cast, gather } from '../../support/browser/cast.js';
import { useShared } from '../../support/browser/page-suite.js';
import { forFile } from '../../support/run/for-file.js';

/**
 * Provides the people and the server for all tests of a file. The tests run concurrently, because they mostly wait for
 * head movements.
 */
export const castOf = (...given: Parameters<typeof gather>): (() => Cast) => useShared(() => forFile(gather(...given)));
