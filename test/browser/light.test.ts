import { describe, expect } from '@jest/globals';
import { inBrowserAtOnce as inBrowser } from '../../support/browser/page-suite.js';
import { press, see } from '../../support/browser/walk.js';
import { firstView } from '../../support/data/first-view.js';
import { eventually } from '../../support/run/eventually.js';
import { readNoted, visitsOf } from './lit-visit.js';

/* What the page does with its screen's light, by scripted replies; whom it passes is in lit-people.test.ts. */

const visit = visitsOf();

describe('a user who skips flashing colors', () => {
  inBrowser('continues with the movements alone, without any flash, if the light is optional', async () => {
    const { page, asked, close } = await visit();
    const go = page.getByRole('button', { name: 'Continue', description: /Sensitive to flashing/ });
    expect(await go.count()).toBe(1);
    await press(page, 'Skip flashing colors');
    await see(page, 'sending');
    expect(asked).toEqual([{}]);
    expect((await readNoted(page)).lights.every(({ value }) => value === '')).toBe(true);
    await close();
  });

  inBrowser('is told by the page that the light is required, and can use another way or go back', async () => {
    const { page, asked, close } = await visit({ light: 'demanded' });
    await press(page, 'Skip flashing colors');
    await see(page, 'flashes');
    expect(await page.locator('main').textContent()).toContain('Example Ltd requires flashing colors');
    await press(page, 'Back');
    await see(page, 'permission');
    await press(page, 'Skip flashing colors');
    await press(page, 'Use another way');
    await see(page, 'abandoned');
    expect(await page.getByRole('link', { name: 'Use another way' }).getAttribute('href')).toMatch(/^https:\/\/help\./);
    expect(asked).toEqual([]);
    await close();
  });
});

inBrowser(
  'the camera’s exposure and white balance are fixed during flashes and released before the camera stops',
  async () => {
    const before = `
    window.held = [];
    const modes = ['continuous', 'manual'];
    MediaStreamTrack.prototype.getCapabilities = () => ({ exposureMode: modes, whiteBalanceMode: modes });
    MediaStreamTrack.prototype.applyConstraints = async ({ advanced }) => void window.held.push(JSON.stringify(advanced));
    const { stop } = MediaStreamTrack.prototype;
    MediaStreamTrack.prototype.stop = function () { window.held.push('stop'); stop.call(this); };`;
    const { page, close } = await visit({ before });
    expect(await page.evaluate('window.held')).toEqual([]);
    await press(page, 'Continue');
    await see(page, 'sending');
    await eventually(async () => expect(await page.evaluate('window.held.includes("stop")')).toBe(true));
    const both = (mode: string) => `[{"exposureMode":"${mode}"},{"whiteBalanceMode":"${mode}"}]`;
    expect(await page.evaluate('window.held')).toEqual([both('manual'), both('continuous'), 'stop']);
    await close();
  },
);

inBrowser('the light stops when the face leaves, and another challenge starts when it is back', async () => {
  const { page, asked, close } = await visit();
  await press(page, 'Continue');
  await page.locator('.lamp').waitFor();
  await page.evaluate('window.isAway = true');
  await see(page, 'framing');
  expect(await page.locator('.lamp').count()).toBe(0);
  // Not only when the waiting for the movement is over.
  expect((await readNoted(page)).lights.map(({ value }) => value)).toContain('hidden');
  expect(asked).toHaveLength(1);
  await page.evaluate('window.isAway = false');
  await see(page, 'sending');
  expect(asked).toHaveLength(2);
  await close();
});

inBrowser('a browser is asked about flashing colors once, and each later check offers to skip them', async () => {
  const { context, page, close } = await visit();
  const { origin } = new URL(page.url());
  await press(page, 'Continue');
  await see(page, 'sending');
  /** Opens a later check, which asks nothing, and returns what it asks the server for. */
  const openLater = async (act: (later: typeof page) => Promise<void>) => {
    const later = await context.newPage();
    const asked = later.waitForRequest((request) => new URL(request.url()).pathname === '/face/challenge');
    await later.goto(`${origin}/face#${firstView.id}.secret`);
    await see(later, 'framing');
    await act(later);
    const sent: unknown = (await asked).postDataJSON();
    await later.close();
    return sent;
  };
  const skip = (later: typeof page) => later.getByRole('button', { name: 'Skip flashing colors' });
  expect(await openLater(async (later) => skip(later).waitFor())).toEqual({ light: 'across' });
  expect(await openLater((later) => skip(later).click())).toEqual({});
  expect(await openLater(async (later) => expect(await skip(later).count()).toBe(0))).toEqual({});
  await close();
});
