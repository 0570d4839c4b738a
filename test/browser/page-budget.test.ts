import { expect } from '@jest/globals';
import { inBrowser, usePage } from '../../support/browser/page-suite.js';
import { weighPage } from '../../support/browser/page-weight.js';
import { scriptReplies } from '../../support/browser/scripted-replies.js';
import { readIn, see } from '../../support/browser/walk.js';
import { firstView } from '../../support/data/first-view.js';
import { eventually } from '../../support/run/eventually.js';

/* What a person's browser fetches, and when. How long it takes is told by `npm run bench -- step-up`. */

const { browser, receive, server } = usePage('pattern');

inBrowser('the first screen loads at most 56 KiB in fourteen requests, with one language', async () => {
  const { gzipBytes, requests } = await weighPage(browser(), server.origin);
  expect(gzipBytes).toBeGreaterThan(20_000);
  expect(gzipBytes).toBeLessThanOrEqual(56 * 1024);
  expect(requests).toBeLessThanOrEqual(14);
});

inBrowser('another language loads when chosen; if it cannot be loaded, the page keeps its language', async () => {
  const { page, context, requests, close } = await receive();
  await scriptReplies(context, { ...firstView, consentNeeded: true }, {});
  await page.goto(`${server.origin}/face#${firstView.id}.secret`);
  await see(page, 'consent');
  const fetched = (tag: string): boolean => requests.some((url) => new RegExp(`/assets/${tag}-`).test(url));
  expect([fetched('en'), fetched('fr'), fetched('de')]).toEqual([true, false, false]);
  await readIn(page, 'fr');
  await page.getByRole('button', { name: 'Accepter et continuer' }).waitFor();
  await context.route('**/assets/de-*', (route) => route.abort());
  const lost = page.waitForEvent('requestfailed');
  await page.locator('#language').selectOption('de');
  await lost;
  await eventually(async () =>
    expect(await page.evaluate('document.querySelector("#language").value === "fr"')).toBe(true),
  );
  expect(await page.locator('html').getAttribute('lang')).toBe('fr');
  await close();
});
