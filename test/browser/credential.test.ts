import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { RunningPortals } from '../../examples/demo/portals.js';
import { expectAccessible, expectWithinReach } from '../../support/browser/accessibility.js';
import { inBrowserAtOnce as inBrowser } from '../../support/browser/page-suite.js';
import { insist } from '../../support/browser/walk.js';
import { renderOffer, renderStart } from './credential-pages.js';
import { expectAllWithinReach, expectNoBreach, narrow, usePortals } from './portal-visit.js';

/* A staff card: from its page to the small wallet of the demonstration, and to a portal that people sign in to with it. */

const { visit, openPhone } = usePortals();

inBrowser(
  'a card is issued to a wallet after a face check, once and with the selected claims, and signs the user in',
  async () => {
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

    await signInByCard(page, portals);
    await close();
  },
);

/** From the portal that asks for the card, by a wallet on another device and by one on this device. */
async function signInByCard(page: Page, portals: RunningPortals): Promise<void> {
  const guide = portals.portals.get('credential')?.guide.join(' ') ?? '';
  const [portal = ''] = /http:\/\/localhost:\d+/.exec(guide) ?? [];
  const wallet = await page.context().newPage();
  await wallet.setViewportSize(narrow);
  const open = async (at: Page, request: string): Promise<void> => {
    await at.goto(portals.urlOf('credential'));
    await at.getByLabel('Request').fill(request);
    await at.getByRole('button', { name: 'Open request' }).click();
    await at.getByRole('heading', { name: 'Example Staff Portal asks for a card' }).waitFor();
  };

  // By the code, with another device.
  await page.goto(portal);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Sign in with my staff card' }).click();
  const code = page.locator('[data-link]');
  await code.waitFor();
  await expectAccessible(page);
  await open(wallet, (await code.getAttribute('data-link')) ?? '');
  await expectAccessible(wallet);
  expect(await wallet.locator('form button').allTextContents()).toEqual([
    'Show this: sub, given_name',
    'Show this: sub',
    'Show nothing',
  ]);
  await wallet.getByRole('button', { name: 'Show this: sub, given_name' }).click();
  await wallet.getByText('Continue on the page that asked.').waitFor();
  // The other page goes on by itself, to a face check of anyone who the card named: no one types a name.
  await page.locator('main[data-screen]').waitFor();
  // It stands on a screen of its own: a browser hardly paints a page that is behind another one, and its light is judged.
  await page.bringToFront();
  await insist(page);
  await page.getByRole('heading', { name: 'Welcome, Ada' }).waitFor();
  await expectAccessible(page);

  // Anyone who shows nothing is not signed in.
  await page.goto(portal);
  await page.getByRole('button', { name: 'Sign in with my staff card' }).click();
  await open(wallet, (await code.getAttribute('data-link')) ?? '');
  await wallet.getByRole('button', { name: 'Show nothing' }).click();
  await page.getByText('No card was shown.').waitFor();
  await expectAccessible(page);

  await wallet.close();
}

inBrowser('the pages of a card are accessible in every language, in light and dark mode, from 360 pixels', async () => {
  const { page, close } = await openPhone();
  await expectAllWithinReach(page, [renderStart, renderOffer]);
  await close();
});
