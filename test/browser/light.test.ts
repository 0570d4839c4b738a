import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { eventually } from '../eventually.js';
import { firstView } from '../first-view.js';
import { hasChromium } from './chromium.js';
import { readNoted, rowOf, toLight, visitsOf } from './lit-visit.js';
import { leaveBy, press, see } from './walk.js';

/* What the page does with its screen's light, by scripted replies; whom it passes is in lit-people.test.ts. */

const inBrowser = hasChromium ? test.concurrent : test.skip;
const visit = visitsOf();

/** WCAG 2.2: relative luminance, and the contrast of two colours. */
const luminanceOf = (colour: string): number => {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map((level) => toLight(Number(level)));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const contrastOf = (a: string, b: string): number => {
  const [light, dark] = [luminanceOf(a), luminanceOf(b)].sort((x, y) => y - x);
  return (light! + 0.05) / (dark! + 0.05);
};

inBrowser('what stands on the light can be read on each of them, and the way out is pressed there', async () => {
  const { page, close } = await visit();
  await press(page, 'Continue');
  await page.locator('.lamp').waitFor();
  const styles = z
    .array(z.tuple([z.string(), z.string()]))
    .parse(
      await page.evaluate(
        '[[".over .instruction", ".over .instruction"], ["footer > .button", "footer"]].map(([text, ground]) => [getComputedStyle(document.querySelector(text)).color, getComputedStyle(document.querySelector(ground)).backgroundColor])',
      ),
    );
  for (const [text, ground] of styles) {
    // An opaque ground of its own: what shines around it does not matter.
    expect(ground).toMatch(/^rgb\(/);
    expect(contrastOf(text, ground)).toBeGreaterThanOrEqual(4.5);
  }
  await press(page, 'I can’t do this');
  await see(page, 'abandoned');
  expect(await page.locator('.lamp').count()).toBe(0);
  await close();
});

describe('whoever cannot have flashes', () => {
  inBrowser('goes on by movements alone where that is offered, and nothing flashes', async () => {
    const { page, asked, close } = await visit();
    const go = page.getByRole('button', { name: 'Continue', description: /2\.5 times a second/ });
    expect(await go.count()).toBe(1);
    await press(page, 'Skip flashing colors');
    await see(page, 'sending');
    expect(asked).toEqual([{}]);
    expect((await readNoted(page)).lights.every(({ value }) => value === '')).toBe(true);
    await close();
  });

  inBrowser('meets that way first who asked their device for less motion', async () => {
    const { page, close } = await visit({ visitor: { reducedMotion: 'reduce' } });
    expect(await page.locator('main .actions .button').allTextContents()).toEqual(['Skip flashing colors', 'Continue']);
    await close();
  });

  inBrowser('is told that they are demanded, and led to the other way or back', async () => {
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

inBrowser('after two tries that did not show the light the page goes on without it, and says so', async () => {
  const again = { view: { ...firstView, light: 'offered' }, outcome: 'try_again', hint: 'too_bright', receipt: null };
  const { page, asked, close } = await visit({ replies: { '/frames': again } });
  const without = page.getByText('The next attempt uses movements only');
  await press(page, 'Continue');
  for (const attempt of [0, 1]) {
    await see(page, 'try-again');
    expect(await page.locator('main .note').textContent()).toContain('screen’s light');
    expect(await without.count()).toBe(attempt);
    await leaveBy(page, 'Try again');
  }
  await see(page, 'try-again');
  expect(asked).toEqual([{ light: 'down' }, { light: 'down' }, {}]);
  await close();
});

describe('in browsers that lack something', () => {
  const lacking: readonly (readonly [string, string])[] = [
    ['no times of video frames', 'delete HTMLVideoElement.prototype.requestVideoFrameCallback'],
    [
      'no full screen, as on an iPhone',
      'Object.defineProperty(Document.prototype, "fullscreenEnabled", { value: false }); delete Element.prototype.requestFullscreen',
    ],
    [
      'a full screen that is refused',
      'Element.prototype.requestFullscreen = () => Promise.reject(new TypeError("no"))',
    ],
    ['no capabilities of a camera, as in older browsers', 'delete MediaStreamTrack.prototype.getCapabilities'],
    [
      'a camera that will not be held',
      'MediaStreamTrack.prototype.getCapabilities = () => ({ exposureMode: ["continuous", "manual"] }); MediaStreamTrack.prototype.applyConstraints = () => Promise.reject(new TypeError("no"))',
    ],
  ];
  for (const [name, before] of lacking) {
    inBrowser(`${name}: the light is shown all the same`, async () => {
      const { page, complaints, close } = await visit({ before });
      await press(page, 'Continue');
      await see(page, 'sending');
      expect((await readNoted(page)).lights.map(({ value }) => value).filter((value) => value !== '')).toEqual(
        rowOf('down'),
      );
      expect(complaints).toEqual([]);
      await close();
    });
  }
});

inBrowser(
  'a camera that can holds exposure and white balance under light, and is let go before it is turned off',
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
