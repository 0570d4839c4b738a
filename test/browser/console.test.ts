import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { addAdministrator } from '../../src/rest/administrators.js';
import { type ApiServer, adminKey, startApiServer } from '../api-server.js';
import { createTestVerifier } from '../embedded.js';
import { findBarriers, findSmallTargets, fitsWidth } from './accessibility.js';
import { hasChromium, launchChromium } from './chromium.js';
import { consoleScreens } from './console-screens.js';
import { visitConsole } from './console-visitor.js';

/* The console as administrators with different eyes, hands and devices meet it. */

const inBrowser = hasChromium ? test : test.skip;
/** Where pictures of the screens go, for whoever wants to look at them. */
const picturesFolder = process.env.FACESTEP_CONSOLE_PICTURES;
let browser: Browser;
let server: ApiServer;
let origin: string;
const owner = { name: 'owner', role: 'owner' } as const;
if (hasChromium) {
  beforeAll(async () => {
    server = await startApiServer({ verifier: createTestVerifier(), issuer: 'http://localhost' });
    origin = `http://localhost:${server.port}`;
    await addAdministrator({ name: 'grace', role: 'auditor', lifeSec: 3600 }, owner, server.deps);
    browser = await launchChromium({ camera: 'none' });
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });
}

/** In both colour schemes, on a phone and on a desk, and right to left. */
async function lookAt(page: Page, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const [scheme, width] of [
    ['light', 1280],
    ['dark', 360],
    ['light', 360],
    ['dark', 1280],
  ] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width, height: 800 });
    const where = `${name}, ${scheme}, ${width} px`;
    for (const barrier of await findBarriers(page)) found.push(`${where}: ${barrier}`);
    for (const target of await findSmallTargets(page)) found.push(`${where}: too small: ${target}`);
    if (!(await fitsWidth(page))) found.push(`${where}: wider than the window`);
    if (picturesFolder !== undefined)
      await page.screenshot({ path: `${picturesFolder}/${where.replace(/\W+/g, '-')}.png`, fullPage: true });
  }
  return found;
}

for (const { name, path, prepare } of consoleScreens) {
  inBrowser(`${name}: nothing stands in anybody’s way`, async () => {
    const { page, requests, complaints, close } = await visitConsole(browser, origin, { key: adminKey, path });
    await page.locator('main h1').waitFor();
    await page.locator('.loading').waitFor({ state: 'detached' });
    await prepare?.(page);
    expect(await lookAt(page, name)).toEqual([]);
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => new URL(url).origin !== origin)).toEqual([]);
    await close();
  });
}

inBrowser('the sign-in: nothing stands in anybody’s way', async () => {
  const { page, complaints, close } = await visitConsole(browser, origin, { key: null });
  expect(await lookAt(page, 'sign-in')).toEqual([]);
  await page.getByLabel('Language').selectOption('ar');
  await page.locator('[dir=rtl]').waitFor();
  expect(await lookAt(page, 'sign-in, right to left')).toEqual([]);
  expect(complaints).toEqual([]);
  await close();
});
