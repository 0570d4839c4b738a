import { ModernFakeTimers } from '@jest/fake-timers';
import type * as jestGlobals from '@jest/globals';

/* What tests get for `@jest/globals`. Files of tests share modules, so each file's own functions replace the last ones. */

export let afterAll: typeof jestGlobals.afterAll;
export let afterEach: typeof jestGlobals.afterEach;
export let beforeAll: typeof jestGlobals.beforeAll;
export let beforeEach: typeof jestGlobals.beforeEach;
export let describe: typeof jestGlobals.describe;
export let expect: typeof jestGlobals.expect;
export let test: typeof jestGlobals.test;

/** Functions of the next file. */
export const setGlobals = (globals: typeof jestGlobals): void => {
  ({ afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } = globals);
};

/** Fake timers of the process. */
export const jest = new ModernFakeTimers({
  config: { fakeTimers: {}, rootDir: import.meta.dirname, testMatch: [] } as never,
  global: globalThis,
});
