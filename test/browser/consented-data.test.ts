import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Language } from '../../src/core/base/languages.js';
import { expectWithinReach } from '../../support/browser/accessibility.js';
import { inBrowserAtOnce as inBrowser } from '../../support/browser/page-suite.js';
import { insist, tabTo } from '../../support/browser/walk.js';
import {
  hostile,
  renderHostile,
  renderLinked,
  renderSample,
  renderSampleLink,
  renderUnlinked,
} from './consent-page.js';
import { expectAllWithinReach, expectIsolated, expectNoBreach, narrow, usePortals } from './portal-visit.js';

/* The page on which a person agrees to what an application is told of them: how it looks, and a form that it fills. */

const renderUnanswered = (language: Language) => renderUnlinked(language, 'unanswered');

const { visit, openPhone } = usePortals();

const agree = (page: Page) => page.locator('button[value="agree"]');

inBrowser('the consent page can be used by keyboard, and only selected claims fill the form', async () => {
  const { page, portals, complaints, close } = await visit();
  await page.goto(portals.urlOf('prefilled-form'));
  await page.getByRole('link', { name: 'Fill in from my profile' }).click();
  await page.locator('input[name="username"]').fill(portals.login);
  await page.getByRole('button').click();
  await insist(page);
  await agree(page).waitFor();
  await page.setViewportSize(narrow);
  expect(await page.getByRole('heading').first().textContent()).toBe('City Library asks for details about you');
  expect(await page.locator('.value').allTextContents()).toEqual(['Ada', 'Example', portals.login, '+65 6123 4567']);
  expect(await page.locator('input:checked').count()).toBe(0);
  await expectWithinReach(page);
  // Two boxes, and agreeing: the first box is left alone.
  await tabTo(page, 'input[value="phone_number"]');
  await page.keyboard.press('Space');
  await tabTo(page, 'button[value="agree"]');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Send' }).waitFor();
  const inputs = await page.locator('form input').all();
  expect(await Promise.all(inputs.map((input) => input.inputValue()))).toEqual(['Ada', 'Example', '', '+65 6123 4567']);
  expectNoBreach(complaints);
  await close();
});

inBrowser('the consent page is accessible in every language, in light and dark mode, from 360 pixels', async () => {
  const { page, close } = await openPhone();
  await expectAllWithinReach(page, [renderSample, renderUnlinked, renderUnanswered, renderLinked, renderSampleLink]);
  await expectAllWithinReach(page, [renderHostile], async () => {
    expect(await page.locator('.value').allTextContents()).toEqual(expect.arrayContaining(Object.values(hostile)));
    await expectIsolated(page, '.value, .purpose, .host');
  });
  await close();
});
