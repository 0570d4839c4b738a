import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const options = JSON.stringify({
  // WCAG 2.2 rules at levels A and AA, and axe's best practices.
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
  iframes: false,
});

export async function findBarriers(page: Page): Promise<string[]> {
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(axe);
  return page.evaluate(`axe.run(${options}).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ': ' + target.join(' '))))`);
}

/** Returns controls smaller than 24 CSS pixels (WCAG 2.2, 2.5.8). */
const findSmallTargets = (page: Page): Promise<string[]> =>
  page.evaluate(`
    [...document.querySelectorAll('button, a, input, select, summary, [role=button]')].flatMap((control) => {
      const { width, height } = control.getBoundingClientRect();
      const isSeen = width > 0 && height > 0 && control.checkVisibility({ visibilityProperty: true });
      return isSeen && Math.min(width, height) < 24 ? [control.textContent + ': ' + width + ' × ' + height] : [];
    })`);

/** Returns true if nothing scrolls sideways (WCAG 2.2, 1.4.10). */
export const fitsWidth = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth');

/** Returns what keeps people from a page: barriers, small targets, and content wider than the window. */
export async function findFaults(page: Page): Promise<string[]> {
  const small = (await findSmallTargets(page)).map((target) => `too small: ${target}`);
  return [...(await findBarriers(page)), ...small, ...((await fitsWidth(page)) ? [] : ['wider than the window'])];
}

export async function expectWithinReach(page: Page, where: object = {}): Promise<void> {
  expect({ ...where, faults: await findFaults(page) }).toEqual({ ...where, faults: [] });
}

/** Verifies that a page is within reach of everybody: on a phone in light colours, and on a desktop in dark ones. */
export async function expectAccessible(page: Page, name = '', phoneWidth = 360): Promise<void> {
  for (const { colorScheme, width } of [
    { colorScheme: 'light', width: phoneWidth },
    { colorScheme: 'dark', width: 1280 },
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    // A page adapts to a new width in its next frame.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
    await expectWithinReach(page, { name, colorScheme, width });
  }
}
