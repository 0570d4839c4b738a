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

/* What suites share that lead somebody through a portal of the demonstration. */

/** A test in the browser; several of a file go on at the same time. */
export const inBrowser = (title: string, run: () => Promise<void>): void =>
  (hasChromium ? test.concurrent : test.skip)(title, run);

/** The narrowest phone. */
export const narrow = { width: 360, height: 740 };

/** Somebody in front of the portals. */
export interface PortalVisit extends Awaited<ReturnType<typeof receive>> {
  readonly portals: RunningPortals;
}

/** Opens a browser for the tests of a file, and closes it after the last. */
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
    /** The same person at a browser of their own or of others. */
    stand,
    /** Somebody who has enrolled at portals of their own, and follows what the camera's page asks for. */
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
    /** Another browser with nobody before its camera, on the narrowest phone. */
    openPhone: () => receive(browser, { viewport: narrow }),
  };
}

/** Nothing that a page asked for or did was against its policy. */
export const expectNoBreach = (complaints: readonly string[]): void =>
  expect(complaints.filter((each) => each.startsWith('policy'))).toEqual([]);

/** Everybody can read what stands there, press it, and does not scroll sideways. */
export async function expectWithinReach(page: Page, where: object = {}): Promise<void> {
  const found = [await findBarriers(page), await findSmallTargets(page), await fitsWidth(page)];
  expect({ ...where, found }).toEqual({ ...where, found: [[], [], true] });
}

/**
 * Each of these pages, in every language, in the light and in the dark.
 * @param page - as narrow as a phone
 * @param also - what is looked at beside
 */
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
