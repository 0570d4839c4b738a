import { expect } from '@jest/globals';
import { renderOffer, renderStart } from './credential-pages.js';
import {
  expectAllWithinReach,
  expectNoBreach,
  expectWithinReach,
  inBrowser,
  narrow,
  usePortals,
} from './portal-visit.js';
import { insist } from './walk.js';

/* A staff card: from its page to the small wallet of the demonstration, and to its end. */

const { visit, openPhone } = usePortals();

inBrowser('is taken into a wallet after a face check, with what was ticked, and its offer is good once', async () => {
  const { page, portals, complaints, close } = await visit();
  await page.goto(portals.urlOf('credential'));
  await page.getByRole('link', { name: 'Get a staff card' }).click();
  await page.getByRole('button', { name: 'Begin' }).click();
  await page.locator('input[name="username"]').fill(portals.login);
  await page.getByRole('button').click();
  await insist(page);
  await page.locator('button[value="agree"]').waitFor();
  await page.setViewportSize(narrow);
  expect(await page.getByRole('heading').first().textContent()).toBe('What is to be in your Staff card?');
  await page.locator('input[value="given_name"]').check();
  await page.locator('button[value="agree"]').click();

  const toWallet = page.getByRole('link', { name: 'My wallet is on this phone' });
  await toWallet.waitFor();
  await expectWithinReach(page);
  const offer = (await toWallet.getAttribute('href')) ?? '';
  // The code and the digits are never on the screen at the same time.
  expect(await page.locator('.digits').isVisible()).toBe(false);
  await page.locator('summary').click();
  expect([await page.locator('.digits').isVisible(), await page.locator('.qr').isVisible()]).toEqual([true, false]);
  await expectWithinReach(page);
  const code = (await page.locator('.digits').textContent()) ?? '';
  expectNoBreach(complaints);

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
});

inBrowser(
  'has pages within reach of everybody in every language, in the light and in the dark, from 360 pixels on',
  async () => {
    const { page, close } = await openPhone();
    await expectAllWithinReach(page, [renderStart, renderOffer]);
    await close();
  },
);
