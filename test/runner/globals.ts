import { ModernFakeTimers } from '@jest/fake-timers';
import type * as jestGlobals from '@jest/globals';

/*
 * Replaces `@jest/globals` for tests. Test files share this module, so each file's functions replace those of the last
 * file.
 */

export let afterAll: typeof jestGlobals.afterAll;
export let afterEach: typeof jestGlobals.afterEach;
export let beforeAll: typeof jestGlobals.beforeAll;
export let beforeEach: typeof jestGlobals.beforeEach;
export let describe: typeof jestGlobals.describe;
export let expect: typeof jestGlobals.expect;
export let test: typeof jestGlobals.test;

export const setGlobals = (globals: typeof jestGlobals): void => {
  ({ afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } = globals);
};

export const jest = new ModernFakeTimers({
  config: { fakeTimers: {}, rootDir: import.meta.dirname, testMatch: [] } as never,
  global: globalThis,
});
