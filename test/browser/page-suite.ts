import { afterAll, beforeAll, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { type Camera, hasChromium, launchChromium } from './chromium.js';
import { startPageServer } from './page-server.js';
import { receive, type VisitorOptions } from './visitor.js';

/* What suites share that look at the page alone. */

/** A test in the browser, where there is one. */
export const inBrowser = (title: string, run: () => Promise<void>): void =>
  (hasChromium ? test : test.skip)(title, run);

/** Serves the page for the tests of a file and opens a browser before this camera, and closes both after the last. */
export function usePage(camera: Camera) {
  let browser: Browser;
  let running: Awaited<ReturnType<typeof startPageServer>>;
  if (hasChromium) {
    beforeAll(async () => {
      running = await startPageServer();
      browser = await launchChromium({ camera });
    });
    afterAll(async () => {
      await browser.close();
      await running.stop();
    });
  }
  return {
    browser: () => browser,
    receive: (options?: VisitorOptions) => receive(browser, options),
    server: {
      get origin(): string {
        return running.origin;
      },
    },
  };
}
