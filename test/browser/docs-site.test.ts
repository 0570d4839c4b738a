import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { findBarriers, fitsWidth } from '../../support/browser/accessibility.js';
import { inBrowser, useBrowser, useShared } from '../../support/browser/page-suite.js';
import { patienceMs } from '../../support/run/patience.js';
import { startApiServer } from '../../support/servers/api-server.js';

/* The pages of documentation in a browser, under the policy they are served with. */

const browser = useBrowser('none');
const server = useShared(() => startApiServer());

/** Opens a page, and keeps what it asked others for, and what the browser would not let it do. */
async function open(
  path: string,
  { colorScheme = 'light', width = 1280 }: { colorScheme?: 'light' | 'dark'; width?: number } = {},
): Promise<{ page: Page; wrong: string[] }> {
  const context = await browser().newContext({ colorScheme, viewport: { width, height: 800 } });
  context.setDefaultTimeout(patienceMs);
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(`${server().origin}/docs/`)) wrong.push(request.url());
  });
  page.on('console', (message) => {
    if (message.type() === 'error') wrong.push(message.text());
  });
  page.on('pageerror', ({ message }) => wrong.push(message));
  await page.goto(`${server().origin}/docs/${path}`);
  return { page, wrong };
}

for (const [path, colorScheme, width] of [
  ['index.html', 'dark', 360],
  ['configuration.html', 'light', 360],
  ['adapters/okta/', 'dark', 1280],
] as const)
  inBrowser(`${path}, ${colorScheme}, ${width} px: the page is accessible and self-contained`, async () => {
    const { page, wrong } = await open(path, { colorScheme, width });
    expect([await findBarriers(page), await fitsWidth(page)]).toEqual([[], true]);
    expect(wrong).toEqual([]);
    await page.context().close();
  });

inBrowser('the search finds a setting by its name, by keyboard', async () => {
  const { page, wrong } = await open('index.html', { width: 360 });
  await page.keyboard.press('/');
  await page.keyboard.type('proxyHops');
  await page.getByText(/^\d+ found$/).waitFor();
  expect(await page.locator('form li a').first().textContent()).toBe('proxyHops');
  expect(await findBarriers(page)).toEqual([]);
  expect(await fitsWidth(page)).toBe(true);
  const target = await page.locator('form li a').first().boundingBox();
  expect(target?.height).toBeGreaterThanOrEqual(24);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/docs/reference/configuration.html#row-proxyhops');
  expect(await page.locator(':target').textContent()).toContain('X-Forwarded-For');
  expect(wrong).toEqual([]);
  await page.context().close();
});
