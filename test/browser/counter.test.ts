import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startPortals } from '../../examples/demo/portals.js';
import {
  renderDone,
  renderEnd,
  renderNumbers,
  renderOpen,
  renderShown,
  renderStart,
} from '../../src/oidc/counter/pages.js';
import { type Language, languages } from '../../src/oidc/messages.js';
import { renderAskPage } from '../../src/oidc/pages.js';
import { modelsFolder } from '../paths.js';
import { findBarriers, findSmallTargets, fitsWidth } from './accessibility.js';
import { hasChromium, launchChromium } from './chromium.js';
import { makePoses, readPeople } from './people.js';
import { enrolAtPortal } from './portal-enrolment.js';
import { type Poses, receive } from './visitor.js';
import { insist } from './walk.js';

/* A check in person: the page of the counter's staff, and the phone of the person before them. */

const inBrowser = hasChromium ? test.concurrent : test.skip;
const narrow = { width: 360, height: 740 };

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

const choice = (page: Page, number: string) => page.locator(`button[value="${number}"]`);

inBrowser('a counter sees who passed and what they agreed to; with a wrong number it sees nothing', async () => {
  const portals = await startPortals({ hasFixedPorts: false, modelsFolder });
  const person = { poses, plan: 'follow', reactionMs: 150 } as const;
  const { page: phone, complaints, close } = await receive(browser, { person, isGuided: false });
  const desk = await (await browser.newContext({ viewport: narrow })).newPage();
  await enrolAtPortal(phone, portals);

  await desk.goto(portals.urlOf('counter'));
  await desk.getByRole('button', { name: 'Show a code' }).click();
  const code = desk.getByLabel('The code, as a link');
  expect(await code.locator('svg').isVisible()).toBe(true);
  expect([await findBarriers(desk), await fitsWidth(desk)]).toEqual([[], true]);
  await phone.goto(String(await code.getAttribute('href')));
  expect(await phone.getByRole('heading').textContent()).toBe('City Library, desk 1 wants to know that it is you');
  await phone.getByRole('button').click();
  const mine = (await phone.locator('.number').textContent()) ?? '';
  const told = (await desk.locator('#told').textContent()) ?? '';
  await desk.getByLabel('Which number stands on their phone?').fill(mine);
  await desk.getByRole('button', { name: 'It is this' }).click();
  await choice(phone, told).click();
  await phone.locator('input[name="username"]').fill(portals.login);
  await phone.getByRole('button').click();
  await insist(phone);
  await phone.locator('button[value="agree"]').click();
  expect(await phone.getByRole('heading').textContent()).toBe('Done');
  await desk.getByRole('heading', { name: 'Verified' }).waitFor();
  expect(await desk.locator('dd').allTextContents()).toEqual(['Ada', 'Example', 'not told']);
  expect(await desk.locator('[data-until]').isVisible()).toBe(true);
  expect([await findBarriers(desk), await findSmallTargets(phone), await fitsWidth(desk)]).toEqual([[], [], true]);

  // The other way round; what staff type is not what stands there.
  await phone.goto(`${portals.serverUrl}/oidc/demo/counter`);
  await phone.getByRole('button', { name: 'Show a code to the counter instead' }).click();
  const digits = (await phone.locator('.number').textContent()) ?? '';
  await desk.goto(portals.urlOf('counter'));
  await desk.getByLabel('Or scan the code').fill(digits);
  await desk.getByRole('button', { name: 'Take this code' }).click();
  await phone.getByRole('link', { name: 'They have it: go on' }).click();
  const shown = Number(await phone.locator('.number').textContent());
  await desk.getByLabel('Which number stands on their phone?').fill(String(shown === 99 ? 10 : shown + 1));
  await desk.getByRole('button', { name: 'It is this' }).click();
  await desk.getByText('Not verified.').waitFor();
  await phone.reload();
  expect(await phone.getByRole('heading').textContent()).toBe('This check has ended');
  expect(complaints.filter((each) => each.startsWith('policy'))).toEqual([]);
  await desk.context().close();
  await close();
  await portals.close();
});

const kioskUrl = 'https://face.example.com/face/kiosk';
const name = 'Bank <b>&</b> Co, counter 12';
const pages: readonly ((language: Language) => string)[] = [
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

inBrowser(
  'the phone’s pages are within reach of everybody in every language, in the light and in the dark',
  async () => {
    const { page, close } = await receive(browser, { viewport: narrow });
    for (const language of languages)
      for (const [at, render] of pages.entries())
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          await page.setContent(render(language));
          const found = [await findBarriers(page), await findSmallTargets(page), await fitsWidth(page)];
          expect({ language, at, found }).toEqual({ language, at, found: [[], [], true] });
          expect(await page.locator('b').count()).toBe(0);
        }
    await close();
  },
);
