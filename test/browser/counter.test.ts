import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Language } from '../../src/core/base/languages.js';
import {
  renderDone,
  renderEnd,
  renderNumbers,
  renderOpen,
  renderShown,
  renderStart,
} from '../../src/extensions/counter/pages.js';
import type { RenderedPage } from '../../src/http/page-layout.js';
import { renderAskPage } from '../../src/oidc/pages.js';
import { expectWithinReach, findBarriers, fitsWidth } from '../../support/browser/accessibility.js';
import { inBrowserAtOnce as inBrowser } from '../../support/browser/page-suite.js';
import { insist } from '../../support/browser/walk.js';
import { expectAllWithinReach, expectNoBreach, usePortals } from './portal-visit.js';

/* A check in person: the page of the counter's staff, and the phone of the person before them. */

const { visit, openPhone } = usePortals();

const choice = (page: Page, number: string) => page.locator(`button[value="${number}"]`);

inBrowser('a counter is shown the result and the consented claims, and no result after a wrong number', async () => {
  const { page: phone, portals, complaints, close } = await visit();
  const { page: desk, close: closeDesk } = await openPhone();

  await desk.goto(portals.urlOf('counter'));
  await desk.getByRole('button', { name: 'Show a code' }).click();
  const code = desk.getByLabel('The code, as a link');
  expect(await code.locator('svg').isVisible()).toBe(true);
  await expectWithinReach(desk);
  await phone.goto(String(await code.getAttribute('href')));
  expect(await phone.getByRole('heading').textContent()).toBe('City Library, desk 1 wants to confirm it’s you');
  await phone.getByRole('button').click();
  const mine = (await phone.locator('.number').textContent()) ?? '';
  const told = (await desk.locator('#told').textContent()) ?? '';
  await desk.getByLabel('Number shown on their phone').fill(mine);
  await desk.getByRole('button', { name: 'Compare' }).click();
  await choice(phone, told).click();
  await phone.locator('input[name="username"]').fill(portals.login);
  await phone.getByRole('button').click();
  await insist(phone);
  await phone.locator('button[value="agree"]').click();
  expect(await phone.getByRole('heading').textContent()).toBe('Done');
  await desk.getByRole('heading', { name: 'Verified' }).waitFor();
  expect(await desk.locator('dd').allTextContents()).toEqual(['Ada', 'Example', 'not shared']);
  expect(await desk.locator('[data-until]').isVisible()).toBe(true);
  expect([await findBarriers(desk), await fitsWidth(desk)]).toEqual([[], true]);
  await expectWithinReach(phone);

  // The other way round; what staff type is not what stands there.
  await phone.goto(`${portals.serverUrl}/oidc/demo/counter`);
  await phone.getByRole('button', { name: 'Show a code to the counter instead' }).click();
  const digits = (await phone.locator('.number').textContent()) ?? '';
  await desk.goto(portals.urlOf('counter'));
  await desk.getByLabel('Or scan the code').fill(digits);
  await desk.getByRole('button', { name: 'Use this code' }).click();
  await phone.getByRole('link', { name: 'They have it: continue' }).click();
  const shown = Number(await phone.locator('.number').textContent());
  await desk.getByLabel('Number shown on their phone').fill(String(shown === 99 ? 10 : shown + 1));
  await desk.getByRole('button', { name: 'Compare' }).click();
  await desk.getByText('Not verified.').waitFor();
  await phone.reload();
  expect(await phone.getByRole('heading').textContent()).toBe('This check has ended');
  expectNoBreach(complaints);
  await closeDesk();
  await close();
});

const kioskUrl = 'https://face.example.com/face/kiosk';
const name = 'Bank <b>&</b> Co, counter 12';
const pages: readonly ((language: Language) => RenderedPage)[] = [
  renderStart,
  (language) => renderOpen(language, name),
  (language) => renderNumbers(language, name, { shown: '17', choices: ['42', '61', '90'] }),
  (language) => renderShown(language, '12345678'),
  (language) => renderDone(language, { name, shown: '17', kioskUrl: null }),
  (language) => renderDone(language, { name, shown: '17', kioskUrl }),
  (language) => renderEnd(language, { end: 'ended', kioskUrl: null }),
  (language) => renderEnd(language, { end: 'gone', kioskUrl }),
  (language) => renderAskPage(language, kioskUrl),
];

inBrowser('the counter’s phone pages are accessible in every language, in light and dark mode', async () => {
  const { page, close } = await openPhone();
  await expectAllWithinReach(page, pages, async () => {
    expect(await page.locator('b').count()).toBe(0);
  });
  await close();
});
