import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { type RunningPortals, startPortals } from '../../examples/demo/portals.js';
import type { RenderedPage } from '../../src/http/page-layout.js';
import { type Language, languages } from '../../src/oidc/messages.js';
import { modelsFolder } from '../paths.js';
import { findBarriers, findSmallTargets, fitsWidth } from './accessibility.js';
import { hasChromium, launchChromium } from './chromium.js';
import { seatAda } from './people.js';
import { enrolAtPortal } from './portal-enrolment.js';
import { type Person, receive } from './visitor.js';

/** Defines a browser test that runs concurrently with the file's other tests. */
export const inBrowser = (title: string, run: () => Promise<void>): void =>
  (hasChromium ? test.concurrent : test.skip)(title, run);

/** Smallest supported phone. */
export const narrow = { width: 360, height: 740 };

export interface PortalVisit extends Awaited<ReturnType<typeof receive>> {
  readonly portals: RunningPortals;
}

export function usePortals() {
  let browser: Browser;
  let person: Person;
  if (hasChromium) {
    beforeAll(async () => {
      person = await seatAda();
      browser = await launchChromium({ camera: 'pattern' });
    });
    afterAll(() => browser.close());
  }
  const stand = () => receive(browser, { person, isGuided: false });
  return {
    stand,
    async visit(): Promise<PortalVisit> {
      const portals = await startPortals({ hasFixedPorts: false, modelsFolder });
      const visitor = await stand();
      await enrolAtPortal(visitor.page, portals);
      return {
        ...visitor,
        portals,
        async close() {
          await visitor.close();
          await portals.close();
        },
      };
    },
    openPhone: () => receive(browser, { viewport: narrow }),
  };
}

/** Verifies that no page violated its content security policy. */
export const expectNoBreach = (complaints: readonly string[]): void =>
  expect(complaints.filter((each) => each.startsWith('policy'))).toEqual([]);

export async function expectWithinReach(page: Page, where: object = {}): Promise<void> {
  const found = [await findBarriers(page), await findSmallTargets(page), await fitsWidth(page)];
  expect({ ...where, found }).toEqual({ ...where, found: [[], [], true] });
}

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
