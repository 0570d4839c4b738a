import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { expectWithinReach } from '../../support/browser/accessibility.js';
import { inBrowserAtOnce as inBrowser } from '../../support/browser/page-suite.js';
import { insist } from '../../support/browser/walk.js';
import { expectNoBreach, usePortals } from './portal-visit.js';

/* A person without a phone answers the request of a counter at the kiosk next to it; the kiosk then knows nothing of them. */

const { visit, stand } = usePortals();

const idle = (page: Page) => page.locator('main[data-screen="kiosk-idle"]').waitFor();

inBrowser('a kiosk completes a counter’s check, clears its screen, and ends an abandoned check', async () => {
  const { portals, close } = await visit();
  const { page: kiosk, complaints } = await stand();
  const { page: desk } = await stand();

  /** Both sides as far as the numbers. @returns what each tells the other */
  const send = async () => {
    await desk.goto(portals.urlOf('counter'));
    await desk.getByRole('button', { name: 'No phone: use the kiosk' }).click();
    await kiosk.getByRole('heading', { name: 'Two numbers' }).waitFor();
    await desk.locator('#told').waitFor();
    return { mine: await kiosk.locator('.number').textContent(), told: await desk.locator('#told').textContent() };
  };

  await kiosk.goto(`${portals.urlOf('counter')}/kiosk`);
  await idle(kiosk);
  const { mine, told } = await send();
  expect(await kiosk.locator('.host').textContent()).toBe('City Library, desk 1');
  expect(await desk.locator('.code').count()).toBe(0);
  await desk.getByLabel('Number shown on the kiosk').fill(String(mine));
  await desk.getByRole('button', { name: 'Compare' }).click();
  await kiosk.locator(`button[value="${told}"]`).click();
  expect(await kiosk.getByRole('link', { name: 'Clear this screen' }).isVisible()).toBe(true);
  await expectWithinReach(kiosk);
  await kiosk.locator('input[name="username"]').fill(portals.login);
  await kiosk.getByRole('button').click();
  await insist(kiosk);
  await kiosk.locator('button[value="agree"]').waitFor();
  // Anyone who shows their face here is not told of another device, and leaves no session behind.
  expect(await kiosk.evaluate('Object.keys(sessionStorage)')).toEqual(['facestep-kiosk']);
  await kiosk.locator('button[value="agree"]').click();
  await kiosk.getByRole('heading', { name: 'Done' }).waitFor();
  await desk.getByRole('heading', { name: 'Verified' }).waitFor();
  expect(await desk.locator('dd').allTextContents()).toEqual(['Ada', 'Example', 'not shared']);
  // By itself, with no one near.
  await idle(kiosk);
  await kiosk.goBack();
  expect(await kiosk.getByRole('heading').textContent()).toBe('This code has expired');
  await kiosk.getByRole('link', { name: 'Clear this screen' }).click();
  await idle(kiosk);

  // Someone goes away while they are asked what the counter may know: the next person agrees to nothing for them.
  const second = await send();
  await desk.getByLabel('Number shown on the kiosk').fill(String(second.mine));
  await desk.getByRole('button', { name: 'Compare' }).click();
  await kiosk.locator(`button[value="${second.told}"]`).click();
  await kiosk.locator('input[name="username"]').fill(portals.login);
  await kiosk.getByRole('button').click();
  await insist(kiosk);
  await kiosk.locator('button[value="agree"]').waitFor();
  await kiosk.goto(`${portals.serverUrl}/face/kiosk`);
  await idle(kiosk);
  await desk.getByText('Not verified.').waitFor();
  await kiosk.goBack();
  expect(await kiosk.locator('button[value="agree"]').count()).toBe(0);

  expectNoBreach(complaints);
  await close();
});
