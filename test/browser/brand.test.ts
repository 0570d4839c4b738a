import { expect } from '@jest/globals';
import type { Frame, Page } from 'playwright-core';
import { type Brand, digestOfBrand, plainBrand } from '../../src/brand/brand.js';
import { checkDraft } from '../../src/brand/draft.js';
import { takePicture } from '../../src/brand/picture.js';
import { previewPath } from '../../src/core/page-link.js';
import { expectWithinReach } from '../../support/browser/accessibility.js';
import { inBrowser, usePage } from '../../support/browser/page-suite.js';
import { scriptReplies } from '../../support/browser/scripted-replies.js';
import { firstView } from '../../support/data/first-view.js';
import { eventually } from '../../support/run/eventually.js';

/* The page in an organisation's own colours, with its logo and its words, as people see it. */

const drawing = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 40"><circle cx="20" cy="20" r="18" fill="#7a1fa2"/><rect x="50" y="12" width="140" height="16" rx="8" fill="#7a1fa2"/></svg>`;
const markup = '<img src=x onerror="document.title=1"><b>Tide</b>';

let brand: Brand;

async function takeLogo(svg: string) {
  const taken = await takePicture('logo', Buffer.from(svg));
  if (taken.outcome === 'refused') throw new Error(taken.reason);
  return taken.picture;
}

const { receive, server } = usePage('pattern', async () => {
  const { chosen, problems } = checkDraft({
    organisation: 'Harbour Clinic',
    helpUrl: 'https://help.example.com/face',
    accent: '#7a1fa2',
    accentDark: null,
    ground: '#f6edfa',
    groundDark: '#140a1a',
    texts: {
      en: { title: markup.slice(0, 40), failedText: markup, passedVerify: 'Welcome aboard', help: 'Call us' },
    },
  });
  expect(problems).toEqual([]);
  const logo = await takeLogo(drawing);
  const logoDark = await takeLogo(drawing.replaceAll('#7a1fa2', '#e3b6f5'));
  brand = { ...plainBrand, ...chosen, logo, logoDark };
  return brand;
});

const groundOf = (page: Page | Frame): Promise<unknown> =>
  page.evaluate('getComputedStyle(document.querySelector(".button.plain")).backgroundColor');

const screens = {
  consent: { view: { organisation: null, consentNeeded: true } },
  failed: { view: { organisation: null, state: 'failed', fallbackUrl: 'https://login.example.com/other' } },
  passed: { view: { organisation: null, state: 'passed' } },
  permission: { view: { organisation: null, light: 'demanded' } },
} as const;

for (const screen of Object.keys(screens) as (keyof typeof screens)[]) {
  inBrowser(`${screen}: the page in the organization’s colors is accessible in light and dark mode`, async () => {
    for (const scheme of ['light', 'dark'] as const) {
      const visitor = await receive({ viewport: { width: 360, height: 740 }, colorScheme: scheme });
      const { page, context, requests, complaints, close } = visitor;
      await scriptReplies(context, { ...firstView, ...screens[screen].view }, {});
      await page.goto(`${server.origin}/face#${firstView.id}.secret`);
      await page.locator(`main[data-screen="${screen}"]`).waitFor();
      await page.locator('.brand img').waitFor();
      await expectWithinReach(page);
      await page.getByRole('img', { name: 'Harbour Clinic' }).waitFor();
      const widthOfLogo = 'document.querySelector(".brand img").naturalWidth';
      await eventually(async () => expect(await page.evaluate(widthOfLogo)).toBe(400));
      await page.waitForLoadState('networkidle');
      const file = scheme === 'light' ? 'logo.png' : 'logoDark.png';
      expect(requests.some((url) => url.endsWith(`/${file}`))).toBe(true);
      expect(await page.getByRole('link', { name: 'Call us' }).getAttribute('href')).toBe(brand.helpUrl);
      expect(complaints).toEqual([]);
      expect(requests.filter((url) => new URL(url).origin !== server.origin)).toEqual([]);
      if (screen === 'consent') {
        const expected = scheme === 'light' ? 'rgb(122, 31, 162)' : null;
        const ground = await groundOf(page);
        if (expected !== null) expect(ground).toBe(expected);
        else expect(ground).not.toBe('rgb(116, 207, 226)');
        expect(await page.locator('main').textContent()).toContain('Harbour Clinic');
      }
      await close();
    }
  });
}

/** Shows an address in a frame of another page. */
async function frame(page: Page, around: string, address: string): Promise<void> {
  await page.route(around, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><iframe src="${address}" width="360" height="640"></iframe>`,
    }),
  );
  await page.goto(around);
}

inBrowser(
  'the brand preview appears in a frame of the same origin, in the requested language and scheme, and is inert',
  async () => {
    const { page, complaints, close } = await receive({ colorScheme: 'dark' });
    const address = `${server.origin}${previewPath(digestOfBrand(brand))}`;
    await frame(page, `${server.origin}/console-like`, `${address}?screen=consent&lang=de&scheme=light`);
    await page.frameLocator('iframe').locator('main[data-screen="consent"] h1').waitFor();
    const inner = page.frames().find((each) => each.url().startsWith(address));
    if (inner === undefined) throw new Error('no frame');
    expect(await inner.locator('html').getAttribute('lang')).toBe('de');
    const ground = await groundOf(inner);
    expect(ground).toBe('rgb(122, 31, 162)');
    expect(await inner.evaluate('document.body.inert')).toBe(true);
    expect(await inner.evaluate('document.querySelector(".brand img").currentSrc')).toMatch(/\/logo\.png$/);
    await page.goto(`${address}?screen=failed&lang=en&scheme=dark`);
    await page.locator('main[data-screen="failed"]').waitFor();
    expect(await page.locator('main').textContent()).toContain(markup);
    expect(complaints).toEqual([]);
    await close();
  },
);

inBrowser('the page of a link from an e-mail names the organization in its heading', async () => {
  const { page, close } = await receive();
  await page.goto(`${server.origin}/face?sent#${firstView.id}.secret`);
  await page.getByRole('heading', { name: 'Harbour Clinic sent you this link' }).waitFor();
  await close();
});
