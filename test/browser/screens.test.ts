import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { findBarriers, findSmallTargets, fitsWidth } from './accessibility.js';
import { hasChromium, launchChromium } from './chromium.js';
import { startPageServer } from './page-server.js';
import { makePoses, readPeople } from './people.js';
import { reach, type ScreenCase, screens } from './screens.js';
import type { Person } from './visitor.js';
import { readIn } from './walk.js';

/* Each screen of the page as people with different eyes, hands and devices meet it. */

const inBrowser = hasChromium ? test.concurrent : test.skip;
let browser: Browser;
let server: Awaited<ReturnType<typeof startPageServer>>;
let person: Person;
if (hasChromium) {
  beforeAll(async () => {
    const { ada } = await readPeople();
    person = { poses: await makePoses(ada, 'ada'), plan: 'follow', reactionMs: 100 };
    server = await startPageServer();
    browser = await launchChromium({ camera: 'pattern' });
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });
}

/** Nothing is under way, or the screen itself asks whether it shall be. */
const withoutWayOut =
  /^(opening|arrived|consent|action|pairing|call|ways|help|recovery|refused|passed|failed|expired|abandoned|manage|revoke|kiosk|opened-elsewhere|link-)/;
const hasWayOut = ({ name }: ScreenCase): boolean => !withoutWayOut.test(name);

for (const at of screens) {
  inBrowser(`${at.name}: nothing stands in anybody’s way`, async () => {
    const { page, requests, complaints, close } = await reach(browser, server.origin, at, {
      person,
      device: at.only ?? 'desktop',
    });
    const found: string[] = [];
    const look = async (name: string): Promise<void> => {
      for (const barrier of await findBarriers(page)) found.push(`${name}: ${barrier}`);
      for (const target of await findSmallTargets(page)) found.push(`${name}: too small: ${target}`);
      if (!(await fitsWidth(page))) found.push(`${name}: wider than the window`);
    };
    // Whatever is asked for: where there is something to stop, the way out stands there and says what it does.
    const out = page.getByRole('button', { name: 'I can’t do this', description: /^This ends the check/ });
    expect([at.name, await out.count()]).toEqual([at.name, hasWayOut(at) ? 1 : 0]);
    // Two looks, so that each colour scheme, width and direction is seen on every screen.
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 1280, height: 800 });
    await look('dark, 1280 px');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 320, height: 640 });
    await readIn(page, 'ar');
    await look('light, 320 px, right to left');
    expect(await page.evaluate('document.documentElement.dir')).toBe('rtl');
    expect(found).toEqual([]);
    expect(complaints.filter((line) => !/Failed to load resource/.test(line))).toEqual([]);
    expect(requests.filter((url) => new URL(url).origin !== server.origin)).toEqual([]);
    await close();
  });
}
