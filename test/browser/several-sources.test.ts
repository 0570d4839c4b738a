import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { expectWithinReach } from '../../support/browser/accessibility.js';
import { inBrowserAtOnce as inBrowser } from '../../support/browser/page-suite.js';
import { goAlong, insist } from '../../support/browser/walk.js';
import { expectNoBreach, narrow, usePortals } from './portal-visit.js';

/* A bank that asks two sources: the person links their account at the second one, and agrees once, in the portals of the demonstration. */

const { visit } = usePortals();

/** Types the user name, on a page of ours that asks for it, and goes on. */
async function sayWho(page: Page, login: string): Promise<void> {
  await page.locator('input[name="username"]').fill(login);
  await page.locator('main button').first().click();
}

inBrowser(
  'a user links a second account by a face check, and the bank gets the claims that both sources signed',
  async () => {
    const { page, portals, complaints, close } = await visit();
    await page.goto(portals.urlOf('links'));
    // The payroll knows the same face, by an enrolment of its own.
    await page.locator('p a[href^="http"]').click();
    await page.getByRole('heading', { name: 'Sign in to Example Payroll' }).waitFor();
    await page.getByLabel('Password').fill(portals.password);
    await page.getByRole('button').click();
    await insist(page);
    await page.locator('[data-result="signed-in"]').waitFor();

    await page.goto(portals.urlOf('links'));
    await page.getByRole('link', { name: 'Continue with my face' }).click();
    await sayWho(page, portals.login);
    await insist(page);
    const button = page.getByRole('button', { name: 'Link my account at Example Payroll' });
    await button.waitFor();
    await page.setViewportSize(narrow);
    expect(await page.locator('legend').first().textContent()).toBe('Example Payroll: your account is not linked');
    await expectWithinReach(page);
    await button.click();
    await page.getByRole('heading', { name: 'Link my account at Example Payroll' }).waitFor();
    await page.waitForLoadState();
    await expectWithinReach(page);
    await sayWho(page, portals.login);
    // What is linked stands there before the camera opens, and is approved by the face.
    await goAlong(page, { upTo: 'action' });
    expect(await page.locator('main section.action bdi').allTextContents()).toEqual([
      'Link these two accounts',
      'Example Portal',
      'Example Payroll',
    ]);
    await insist(page);
    await page.locator('button[value="agree"]').waitFor();
    expect(await page.locator('.value').allTextContents()).toEqual(['Ada Example', 'SGD 54,000']);
    expect(await page.locator('.place').allTextContents()).toEqual(['Example Portal', 'Example Payroll']);
    await page.locator('button[value="agree"]').click();
    await page.getByRole('heading', { name: 'Your application' }).waitFor();
    expect(await page.locator('.value').allTextContents()).toEqual(['Ada Example', 'SGD 54,000']);
    expect(await page.locator('.by').allTextContents()).toEqual([`signed by ${portals.serverUrl}/oidc/payroll`]);
    expectNoBreach(complaints);

    // The next time the face is enough.
    await page.goto(portals.urlOf('links'));
    await page.getByRole('link', { name: 'Continue with my face' }).click();
    await sayWho(page, portals.login);
    await insist(page);
    await page.getByRole('heading', { name: 'Your application' }).waitFor();
    expect(await page.locator('#annual_income').textContent()).toBe('SGD 54,000');
    await close();
  },
);
