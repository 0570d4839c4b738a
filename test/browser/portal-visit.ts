import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startPortals } from '../../examples/demo/portals.js';
import { type Language, languageCodes as languages } from '../../src/core/base/languages.js';
import type { RenderedPage } from '../../src/http/page-layout.js';
import { expectWithinReach } from '../../support/browser/accessibility.js';
import { useBrowser, useShared } from '../../support/browser/page-suite.js';
import { seatAda } from '../../support/browser/people.js';
import { receive } from '../../support/browser/visitor.js';
import { insist } from '../../support/browser/walk.js';
import { modelsFolder } from '../../support/run/paths.js';

/** Smallest supported phone. */
export const narrow = { width: 360, height: 740 };

export function usePortals() {
  const browser = useBrowser('pattern');
  const ada = useShared(seatAda);
  const stand = () => receive(browser(), { person: ada(), isGuided: false });
  return {
    stand,
    async visit() {
      const portals = await startPortals({ hasFixedPorts: false, modelsFolder });
      const visitor = await stand();
      const { page } = visitor;
      const signIn = async (): Promise<void> => {
        await page.goto(portals.urlOf('sign-in'));
        await page.getByLabel('Password').fill(portals.password);
        await page.getByRole('button').click();
        await insist(page);
        await page.locator('[data-result="signed-in"]').waitFor();
      };
      await signIn();
      return {
        ...visitor,
        portals,
        signIn,
        async close() {
          await visitor.close();
          await portals.close();
        },
      };
    },
    openPhone: () => receive(browser(), { viewport: narrow }),
  };
}

export type PortalVisit = Awaited<ReturnType<ReturnType<typeof usePortals>['visit']>>;

/** Verifies that no page violated its content security policy. */
export const expectNoBreach = (complaints: readonly string[]): void =>
  expect(complaints.filter((each) => each.startsWith('policy'))).toEqual([]);

/** Verifies accessibility and width of the pages in every language and color scheme. */
export async function expectAllWithinReach(
  page: Page,
  pages: readonly ((language: Language) => RenderedPage)[],
  also: () => Promise<void> = async () => {},
): Promise<void> {
  for (const language of languages)
    for (const [at, render] of pages.entries())
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.setContent(String(render(language).bytes));
        await expectWithinReach(page, { language, at, colorScheme });
        await also();
      }
}

/** Verifies that no markup is taken of what others wrote, and that nothing after it is turned around. */
export async function expectIsolated(page: Page, selector: string): Promise<void> {
  expect(await page.locator('img, script, b, i').count()).toBe(0);
  const tags = await page.locator(selector).evaluateAll((nodes) => nodes.map(({ tagName }) => tagName));
  expect(new Set(tags)).toEqual(new Set(['BDI']));
}
