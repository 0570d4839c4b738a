import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

/** WCAG 2.2 rules at levels A and AA, and axe's best practices. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export async function findBarriers(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode()
    .options({ resultTypes: ['violations'] })
    .withTags(tags)
    .analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}

/** Returns controls smaller than 24 CSS pixels (WCAG 2.2, 2.5.8). */
export const findSmallTargets = (page: Page): Promise<string[]> =>
  page.evaluate(`
    [...document.querySelectorAll('button, a, input, select, summary, [role=button]')].flatMap((control) => {
      const { width, height } = control.getBoundingClientRect();
      const isSeen = width > 0 && height > 0 && control.checkVisibility({ visibilityProperty: true });
      return isSeen && Math.min(width, height) < 24 ? [control.textContent + ': ' + width + ' × ' + height] : [];
    })`);

/** Returns true if nothing scrolls sideways (WCAG 2.2, 1.4.10). */
export const fitsWidth = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth');
