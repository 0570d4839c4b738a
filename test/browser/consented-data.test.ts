import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startPortals } from '../../examples/demo/portals.js';
import { type Language, languages } from '../../src/oidc/messages.js';
import { modelsFolder } from '../paths.js';
import { findBarriers, findSmallTargets, fitsWidth } from './accessibility.js';
import { hasChromium, launchChromium } from './chromium.js';
import {
  hostile,
  renderHostile,
  renderLinked,
  renderSample,
  renderSampleLink,
  renderUnlinked,
} from './consent-page.js';
import { makePoses, readPeople } from './people.js';
import { enrolAtPortal } from './portal-enrolment.js';
import { type Poses, receive } from './visitor.js';
import { insist } from './walk.js';

/* The page on which a person agrees to what an application is told of them: how it looks, and a form that it fills. */

const inBrowser = hasChromium ? test.concurrent : test.skip;
const renderUnanswered = (language: Language) => renderUnlinked(language, 'unanswered');
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

const agree = (page: Page) => page.locator('button[value="agree"]');

inBrowser('fills a form with what was ticked, by keyboard alone', async () => {
  const portals = await startPortals({ hasFixedPorts: false, modelsFolder });
  const person = { poses, plan: 'follow', reactionMs: 150 } as const;
  const { page, complaints, close } = await receive(browser, { person, isGuided: false });
  await enrolAtPortal(page, portals);
  await page.goto(portals.urlOf('prefilled-form'));
  await page.getByRole('link', { name: 'Fill in from my profile' }).click();
  await page.locator('input[name="username"]').fill(portals.login);
  await page.getByRole('button').click();
  await insist(page);
  await agree(page).waitFor();
  await page.setViewportSize(narrow.viewport);
  expect(await page.getByRole('heading').first().textContent()).toBe('City Library asks for details about you');
  expect(await page.locator('.value').allTextContents()).toEqual(['Ada', 'Example', portals.login, '+65 6123 4567']);
  expect(await page.locator('input:checked').count()).toBe(0);
  expect([await findBarriers(page), await findSmallTargets(page), await fitsWidth(page)]).toEqual([[], [], true]);
  // Two boxes, and agreeing: the first box is left alone.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Send' }).waitFor();
  const inputs = await page.locator('form input').all();
  expect(await Promise.all(inputs.map((input) => input.inputValue()))).toEqual(['Ada', 'Example', '', '+65 6123 4567']);
  expect(complaints.filter((each) => each.startsWith('policy'))).toEqual([]);
  await close();
  await portals.close();
});

inBrowser(
  'is within reach of everybody in every language, in the light and in the dark, from 360 pixels on',
  async () => {
    const { page, close } = await receive(browser, narrow);
    for (const language of languages)
      for (const render of [
        renderSample,
        renderHostile,
        renderUnlinked,
        renderUnanswered,
        renderLinked,
        renderSampleLink,
      ])
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          await page.setContent(render(language));
          const found = [await findBarriers(page), await findSmallTargets(page), await fitsWidth(page)];
          expect({ language, found }).toEqual({ language, found: [[], [], true] });
        }
    await close();
  },
);

inBrowser(
  'shows every value as it is written: no markup of it is taken, and nothing after it is turned around',
  async () => {
    const { page, close } = await receive(browser, narrow);
    await page.setContent(renderHostile('en'));
    const shown = await page.locator('.value').allTextContents();
    for (const value of Object.values(hostile)) expect(shown).toContain(value);
    expect(await page.locator('img, script, b, i').count()).toBe(0);
    expect(await page.title()).not.toBe('gone');
    // Each stands in an element that isolates it.
    for (const element of await page.locator('.value, .purpose, .host').all())
      expect(await element.evaluate((node) => node.tagName)).toBe('BDI');
    const bidi = '[...document.querySelectorAll(".value")].map((node) => getComputedStyle(node).unicodeBidi)';
    expect(new Set(await page.evaluate<string[]>(bidi))).toEqual(new Set(['isolate']));
    await close();
  },
);
