import type { Page } from 'playwright-core';
import { findBarriers, findSmallTargets, fitsWidth } from './accessibility.js';

const picturesFolder = process.env.FACESTEP_CONSOLE_PICTURES;

/**
 * Examines a page in both color schemes on a phone and a desktop.
 * @returns accessibility problems
 */
export async function lookAt(page: Page, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const [scheme, width] of [
    ['light', 1280],
    ['dark', 360],
    ['light', 360],
    ['dark', 1280],
  ] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width, height: 800 });
    const where = `${name}, ${scheme}, ${width} px`;
    for (const barrier of await findBarriers(page)) found.push(`${where}: ${barrier}`);
    for (const target of await findSmallTargets(page)) found.push(`${where}: too small: ${target}`);
    if (!(await fitsWidth(page))) found.push(`${where}: wider than the window`);
    if (picturesFolder !== undefined)
      await page.screenshot({ path: `${picturesFolder}/${where.replace(/\W+/g, '-')}.png`, fullPage: true });
  }
  return found;
}
