import { expect } from '@jest/globals';
import { expectWithinReach } from '../../support/browser/accessibility.js';
import { inBrowserAtOnce as inBrowser } from '../../support/browser/page-suite.js';
import { insist } from '../../support/browser/walk.js';
import { renderOffer, renderStart } from './credential-pages.js';
import { expectAllWithinReach, expectNoBreach, narrow, usePortals } from './portal-visit.js';

/* A staff card: from its page to the small wallet of the demonstration. */

const { visit, openPhone } = usePortals();

inBrowser('a card is issued to a wallet after a face check, once and with the selected claims', async () => {
  const { page, portals, complaints, close } = await visit();
  await page.goto(portals.urlOf('credential'));
  await page.getByRole('link', { name: 'Get a staff card' }).click();
  await page.getByRole('button', { name: 'Start' }).click();
  await page.locator('input[name="username"]').fill(portals.login);
  await page.getByRole('button').click();
  await insist(page);
  await page.locator('button[value="agree"]').waitFor();
  await page.setViewportSize(narrow);
  expect(await page.getByRole('heading').first().textContent()).toBe('What should your Staff card contain?');
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
  await page.getByRole('button', { name: 'Add card' }).click();
  await page.getByText('The card was added.').waitFor();
  expect(await page.locator('.card dt').allTextContents()).toEqual(['sub', 'given_name']);
  expect(await page.locator('.card dd').last().textContent()).toBe('Ada');
  await page.getByRole('button', { name: 'Check validity' }).click();
  await page.getByText('The card is valid.').waitFor();

  // Its offer is good once.
  await page.getByLabel('Offer').fill(offer);
  await page.getByLabel('Six digits').fill(code);
  await page.getByRole('button', { name: 'Add card' }).click();
  await page.getByText('This failed').waitFor();

  await close();
});

inBrowser('the pages of a card are accessible in every language, in light and dark mode, from 360 pixels', async () => {
  const { page, close } = await openPhone();
  await expectAllWithinReach(page, [renderStart, renderOffer]);
  await close();
});
