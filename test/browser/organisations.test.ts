import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { RunningPortals } from '../../examples/demo/portals.js';
import { expectWithinReach } from '../../support/browser/accessibility.js';
import { inBrowserAtOnce as inBrowser } from '../../support/browser/page-suite.js';
import { insist, tabTo } from '../../support/browser/walk.js';
import { hostileNames, renderHostileOrganisations, renderOrganisationSample } from './organisation-page.js';
import { expectAllWithinReach, expectIsolated, expectNoBreach, narrow, usePortals } from './portal-visit.js';

/* The page on which a person chooses for whom they act: how it looks, and a tax office where they file for a company. */

const { visit, openPhone } = usePortals();

/** From the tax office through the face check, to the page that asks for whom, or back at the office. */
async function showFace(page: Page, portals: RunningPortals): Promise<void> {
  await page.goto(portals.urlOf('organisations'));
  await page.getByRole('link', { name: 'Sign in for a company' }).click();
  await page.locator('input[name="username"]').fill(portals.login);
  await page.getByRole('button').click();
  await insist(page);
}

inBrowser('a user chooses an organization by keyboard and acts for it until the role ends', async () => {
  const { page, portals, complaints, close } = await visit();

  // Two: neither is chosen beforehand.
  await showFace(page, portals);
  await page.locator('button[value="act"]').waitFor();
  await page.setViewportSize(narrow);
  expect(await page.getByRole('heading').first().textContent()).toBe('Choose an organization for Tax Office');
  expect(await page.locator('.value').allTextContents()).toEqual(['Harbour Bakery', 'Orchard Cycles']);
  expect(await page.locator('input:checked').count()).toBe(0);
  await expectWithinReach(page);
  await tabTo(page, 'input[type="radio"]');
  await page.keyboard.press('Space');
  await tabTo(page, 'button[value="act"]');
  await page.keyboard.press('Enter');
  await page.locator('.company').waitFor();
  expect(await page.locator('.company').textContent()).toBe('Harbour Bakery');
  expect(await page.locator('main').textContent()).not.toContain('Orchard');

  // The role ends at the provider, and the very next thing is refused.
  portals.setGroups(['corp:T08GB0001A:reader']);
  await page.getByRole('button', { name: 'File return' }).click();
  expect(await page.locator('.note').textContent()).toBe('You no longer act for this company.');

  // One is left: chosen beforehand, and shown. It lets no one file.
  await showFace(page, portals);
  await page.locator('button[value="act"]').waitFor();
  expect(await page.locator('input:checked').getAttribute('value')).toBe('T08GB0001A');
  await page.locator('button[value="act"]').click();
  await page.locator('.company').waitFor();
  expect(await page.locator('.note').textContent()).toBe('You can view returns but not file them.');

  // None: the office is told so, and no page asks.
  portals.setGroups([]);
  await showFace(page, portals);
  await page.locator('.note').waitFor();
  expect(await page.locator('.note').textContent()).toBe('Not signed in: the user has no organization.');
  expectNoBreach(complaints);
  await close();
});

inBrowser(
  'the organization page is accessible in every language, in light and dark mode, from 360 pixels',
  async () => {
    const { page, close } = await openPhone();
    await expectAllWithinReach(page, [renderOrganisationSample]);
    await expectAllWithinReach(page, [renderHostileOrganisations], async () => {
      expect(await page.locator('.value').allTextContents()).toEqual(expect.arrayContaining([...hostileNames]));
      await expectIsolated(page, '.value, .name, .role, .host');
    });
    await close();
  },
);
