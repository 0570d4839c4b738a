import { expect } from '@jest/globals';
import { eventually } from '../eventually.js';
import { firstView } from '../first-view.js';
import { inBrowser, usePage } from './page-suite.js';
import { weighPage } from './page-weight.js';
import { devices } from './screens.js';
import { scriptReplies } from './scripted-replies.js';
import { press, readIn, see } from './walk.js';

/* What a person's browser fetches, and when. How long it takes is told by `npm run bench -- step-up`. */

const { browser, receive, server } = usePage('pattern');

/** Opens the page before anybody has agreed, and keeps an eye on what the guidance fetches. */
async function openBefore(device: keyof typeof devices) {
  const { page, context, requests, close } = await receive(devices[device]);
  await scriptReplies(context, { ...firstView, consentNeeded: true }, {});
  const all = Promise.all(
    ['/models/detect.onnx', '/models/landmarks.onnx', '.wasm'].map((part) =>
      page.waitForResponse((reply) => reply.url().includes(part)),
    ),
  );
  await page.goto(`${server.origin}/face#${firstView.id}.secret`, { waitUntil: 'networkidle' });
  await see(page, 'consent');
  const guiding = (): number => requests.filter((url) => /\/face\/models\/|\.wasm/.test(url)).length;
  return { page, all, guiding, close };
}

inBrowser('the first screen costs at most 56 KiB and fourteen requests, and one language of five', async () => {
  const { gzipBytes, requests } = await weighPage(browser(), server.origin);
  expect(gzipBytes).toBeGreaterThan(20_000);
  expect(gzipBytes).toBeLessThanOrEqual(56 * 1024);
  expect(requests).toBeLessThanOrEqual(14);
});

inBrowser(
  'another language is fetched once it is chosen; where it cannot be had, the page stays as it was',
  async () => {
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
  },
);

inBrowser('the guide is preloaded during the consent, once', async () => {
  for (const device of ['phone', 'desktop'] as const) {
    const { page, all, guiding, close } = await openBefore(device);
    await all;
    await see(page, 'consent');
    const fetched = guiding();
    await press(page, 'Agree and continue');
    await see(page, 'framing');
    expect(guiding()).toBe(fetched);
    await close();
  }
});
