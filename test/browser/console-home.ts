import { expect } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { adminKey } from '../../support/servers/api-server.js';
import { countClicks } from './clicks.js';
import { visitConsole } from './console-visitor.js';

const mostClicks = 5;

export const inDialogue = (page: Page, name: string): Locator =>
  page.getByRole('alertdialog').getByRole('button', { name, exact: true });

/** Opens the console's first screen and counts clicks. Typing and file selection are not counted. */
export async function visitHome(browser: Browser, origin: string, key = adminKey) {
  const { page, complaints, requests, close } = await visitConsole(browser, origin, { key });
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  const { click, count } = countClicks();
  return {
    page,
    click,
    /** @param screens - names of an entry of the menu, and of one of its parts */
    async open(...screens: readonly string[]): Promise<void> {
      for (const name of screens) await click(page.getByRole('navigation').getByRole('link', { name, exact: true }));
    },
    confirm: (name: string): Promise<void> => click(inDialogue(page, name)),
    async leave(): Promise<void> {
      expect(count()).toBeLessThanOrEqual(mostClicks);
      expect(complaints).toEqual([]);
      expect(requests.filter((url) => new URL(url).origin !== origin)).toEqual([]);
      await close();
    },
  };
}
