import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** The rules of WCAG 2.2 at levels A and AA, and axe's own good practices. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds against a screen: the rule and where, one line each. */
export async function findBarriers(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().withTags(tags).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}

/** WCAG 2.2, 2.5.8: CSS pixels. */
const leastTargetPx = 24;

/** What can be pressed and is smaller than a finger needs. */
export async function findSmallTargets(page: Page): Promise<string[]> {
  const controls = page.locator(
    'button:visible, a:visible, input:visible, select:visible, summary:visible, [role=button]:visible',
  );
  const small: string[] = [];
  for (const control of await controls.all()) {
    const box = await control.boundingBox();
    if (box !== null && Math.min(box.width, box.height) < leastTargetPx)
      small.push(`${await control.textContent()}: ${box.width} × ${box.height}`);
  }
  return small;
}

/** Whether everything fits the width of the window, so that nobody scrolls sideways (WCAG 2.2, 1.4.10). */
export const fitsWidth = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth');
