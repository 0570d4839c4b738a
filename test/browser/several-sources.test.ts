import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startPortals } from '../../examples/demo/portals.js';
import { modelsFolder } from '../paths.js';
import { findBarriers, findSmallTargets, fitsWidth } from './accessibility.js';
import { hasChromium, launchChromium } from './chromium.js';
import { makePoses, readPeople } from './people.js';
import { enrolAtPortal } from './portal-enrolment.js';
import { type Poses, receive } from './visitor.js';
import { goAlong, insist } from './walk.js';

/* A bank that asks two sources: the person links their account at the second one, and agrees once, in the portals of the demonstration. */

const inBrowser = hasChromium ? test.concurrent : test.skip;

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

/** Types the user name, on a page of ours that asks for it, and goes on. */
async function sayWho(page: Page, login: string): Promise<void> {
  await page.locator('input[name="username"]').fill(login);
  await page.locator('main button').first().click();
}

inBrowser(
  'links the account at the payroll by a second face check, and tells the bank what both signed for',
  async () => {
    const portals = await startPortals({ hasFixedPorts: false, modelsFolder });
    const person = { poses, plan: 'follow', reactionMs: 150 } as const;
    const { page, complaints, close } = await receive(browser, { person, isGuided: false });
    await enrolAtPortal(page, portals);
    await page.goto(portals.urlOf('links'));
    // The payroll knows the same face, by an enrolment of its own.
    await page.locator('p a[href^="http"]').click();
    await page.getByRole('heading', { name: 'Sign in to Example Payroll' }).waitFor();
    await page.getByLabel('Password').fill(portals.password);
    await page.getByRole('button').click();
    await insist(page);
    await page.locator('[data-result="signed-in"]').waitFor();

    await page.goto(portals.urlOf('links'));
    await page.getByRole('link', { name: 'Go on with my face' }).click();
    await sayWho(page, portals.login);
    await insist(page);
    const button = page.getByRole('button', { name: 'Link my account at Example Payroll' });
    await button.waitFor();
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await page.locator('legend').first().textContent()).toBe('Example Payroll: your account is not linked');
    expect([await findBarriers(page), await findSmallTargets(page), await fitsWidth(page)]).toEqual([[], [], true]);
    await button.click();
    expect(await page.getByRole('heading').first().textContent()).toBe('Link my account at Example Payroll');
    expect([await findBarriers(page), await findSmallTargets(page), await fitsWidth(page)]).toEqual([[], [], true]);
    await sayWho(page, portals.login);
    // What is linked stands there before the camera opens, and is approved by the face.
    await goAlong(page, { upTo: 'action' });
    expect(await page.locator('main section.action bdi').allTextContents()).toEqual([
      ...['Link these two accounts of mine', 'Example Portal', 'Example Payroll'],
    ]);
    await insist(page);
    await page.locator('button[value="agree"]').waitFor();
    expect(await page.locator('.value').allTextContents()).toEqual(['Ada Example', 'SGD 54,000']);
    expect(await page.locator('.place').allTextContents()).toEqual(['Example Portal', 'Example Payroll']);
    await page.locator('button[value="agree"]').click();
    await page.getByRole('heading', { name: 'Your application' }).waitFor();
    expect(await page.locator('.value').allTextContents()).toEqual(['Ada Example', 'SGD 54,000']);
    expect(await page.locator('.by').allTextContents()).toEqual([`signed by ${portals.serverUrl}/oidc/payroll`]);
    expect(complaints.filter((each) => each.startsWith('policy'))).toEqual([]);

    // The next time the face is enough.
    await page.goto(portals.urlOf('links'));
    await page.getByRole('link', { name: 'Go on with my face' }).click();
    await sayWho(page, portals.login);
    await insist(page);
    await page.getByRole('heading', { name: 'Your application' }).waitFor();
    expect(await page.locator('#annual_income').textContent()).toBe('SGD 54,000');
    await close();
    await portals.close();
  },
);
