import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { startPortals } from '../../examples/demo/portals.js';
import { languages } from '../../src/oidc/messages.js';
import { modelsFolder } from '../paths.js';
import { findBarriers, findSmallTargets, fitsWidth } from './accessibility.js';
import { hasChromium, launchChromium } from './chromium.js';
import { renderOffer, renderStart } from './credential-pages.js';
import { makePoses, readPeople } from './people.js';
import { enrolAtPortal } from './portal-enrolment.js';
import { type Poses, receive } from './visitor.js';
import { insist } from './walk.js';

/* A staff card: from its page to the small wallet of the demonstration, and to its end. */

const inBrowser = hasChromium ? test.concurrent : test.skip;
const narrow = { viewport: { width: 360, height: 740 } } as const;

let browser: Browser;
let poses: Poses;
if (hasChromium) {
  beforeAll(async () => {
    const { ada } = await readPeople();
    poses = await makePoses(ada, 'ada');
    browser = await launchChromium({ camera: 'pattern' });
  });
  afterAll(() => browser.close());
}

inBrowser('is taken into a wallet after a face check, with what was ticked, and its offer is good once', async () => {
  const portals = await startPortals({ hasFixedPorts: false, modelsFolder });
  const person = { poses, plan: 'follow', reactionMs: 150 } as const;
  const { page, complaints, close } = await receive(browser, { person, isGuided: false });
  await enrolAtPortal(page, portals);
  await page.goto(portals.urlOf('credential'));
  await page.getByRole('link', { name: 'Get a staff card' }).click();
  await page.getByRole('button', { name: 'Begin' }).click();
  await page.locator('input[name="username"]').fill(portals.login);
  await page.getByRole('button').click();
  await insist(page);
  await page.locator('button[value="agree"]').waitFor();
  await page.setViewportSize(narrow.viewport);
  expect(await page.getByRole('heading').first().textContent()).toBe('What is to be in your Staff card?');
  await page.locator('input[value="given_name"]').check();
  await page.locator('button[value="agree"]').click();

  const toWallet = page.getByRole('link', { name: 'My wallet is on this phone' });
  await toWallet.waitFor();
  expect([await findBarriers(page), await findSmallTargets(page), await fitsWidth(page)]).toEqual([[], [], true]);
  const offer = (await toWallet.getAttribute('href')) ?? '';
  // The code and the digits are never on the screen at the same time.
  expect(await page.locator('.digits').isVisible()).toBe(false);
  await page.locator('summary').click();
  expect([await page.locator('.digits').isVisible(), await page.locator('.qr').isVisible()]).toEqual([true, false]);
  expect([await findBarriers(page), await findSmallTargets(page), await fitsWidth(page)]).toEqual([[], [], true]);
  const code = (await page.locator('.digits').textContent()) ?? '';
  expect(complaints.filter((each) => each.startsWith('policy'))).toEqual([]);

  await page.goto(portals.urlOf('credential'));
  await page.getByLabel('Offer').fill(offer);
  await page.getByLabel('Six digits').fill(code);
  await page.getByRole('button', { name: 'Take it' }).click();
  await page.getByText('It is in the wallet.').waitFor();
  expect(await page.locator('.card dt').allTextContents()).toEqual(['sub', 'given_name']);
  expect(await page.locator('.card dd').last().textContent()).toBe('Ada');
  await page.getByRole('button', { name: 'Is it still good?' }).click();
  await page.getByText('It is good.').waitFor();

  // Its offer is good once.
  await page.getByLabel('Offer').fill(offer);
  await page.getByLabel('Six digits').fill(code);
  await page.getByRole('button', { name: 'Take it' }).click();
  await page.getByText('That did not work').waitFor();
  await close();
  await portals.close();
});

inBrowser(
  'has pages within reach of everybody in every language, in the light and in the dark, from 360 pixels on',
  async () => {
    const { page, close } = await receive(browser, narrow);
    for (const language of languages)
      for (const render of [renderStart, renderOffer])
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          await page.setContent(render(language));
          const found = [await findBarriers(page), await findSmallTargets(page), await fitsWidth(page)];
          expect({ language, found }).toEqual({ language, found: [[], [], true] });
        }
    await close();
  },
);
