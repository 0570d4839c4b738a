import { afterAll, beforeAll, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { type Camera, hasChromium, launchChromium } from './chromium.js';
import { startPageServer } from './page-server.js';
import { receive, type VisitorOptions } from './visitor.js';

/** Defines a browser test, skipped without a browser. */
export const inBrowser = (title: string, run: () => Promise<void>): void =>
  (hasChromium ? test : test.skip)(title, run);

/** Serves the page and opens a browser with this camera, for all tests of a file. */
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
