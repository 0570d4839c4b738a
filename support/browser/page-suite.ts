import { beforeAll, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import type { Brand } from '../../src/brand/brand.js';
import { forFile } from '../run/for-file.js';
import { type Camera, hasChromium, launchChromium } from './chromium.js';
import { startPageServer } from './page-server.js';
import { makePoses, readPeople } from './people.js';
import { type Person, receive, type VisitorOptions } from './visitor.js';

type Define = (title: string, run: () => Promise<void>) => void;

/** Defines a browser test, skipped without a browser. Each file has a `test` of its own. */
export const inBrowser: Define = (title, run) => (hasChromium ? test : test.skip)(title, run);
/** The same, concurrently with the file's other tests. */
export const inBrowserAtOnce: Define = (title, run) => (hasChromium ? test.concurrent : test.skip)(title, run);

/**
 * Makes what all tests of a file share, if there is a browser. What it starts has to end itself after the tests:
 * `describe` hooks would run too late for `test.concurrent`.
 */
export function useShared<T>(make: () => Promise<T>): () => T {
  let made: { readonly value: T } | null = null;
  if (hasChromium) {
    beforeAll(async () => {
      made = { value: await make() };
    });
  }
  return () => {
    if (made === null) throw new Error('nothing is there yet');
    return made.value;
  };
}

export const useBrowser = (camera: Camera): (() => Browser) => useShared(() => forFile(launchChromium({ camera })));

/** Serves the page and opens a browser with this camera, for all tests of a file. */
export function usePage(camera: Camera, makeBrand: () => Promise<Brand | null> = async () => null) {
  const browser = useBrowser(camera);
  const running = useShared(async () => forFile(startPageServer(await makeBrand())));
  return {
    browser,
    receive: (options?: VisitorOptions) => receive(browser(), options),
    server: {
      get origin(): string {
        return running().origin;
      },
    },
  };
}

/** Ada, who does what the page says, before a camera without light of the screen. */
export const useAda = (): (() => Person) =>
  useShared(async () => ({ poses: await makePoses((await readPeople()).ada, 'ada'), plan: 'follow', reactionMs: 100 }));
