import { expect } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { adminKey } from '../api-server.js';
import { countClicks } from './clicks.js';
import { visitConsole } from './console-visitor.js';

/** So many presses does a task of every week take at most, from the first screen to its end. */
const mostClicks = 5;

/** A button of the dialogue that is open. */
export const inDialogue = (page: Page, name: string): Locator =>
  page.getByRole('alertdialog').getByRole('button', { name, exact: true });

/**
 * Somebody at the first screen, who counts what they press with what is returned here. Typing, or choosing a file, is no press.
 * @returns `leave` holds them to the most that a task may take
 */
export async function visitHome(browser: Browser, origin: string, key = adminKey) {
  const { page, complaints, requests, close } = await visitConsole(browser, origin, { key });
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  const { click, count } = countClicks();
  return {
    page,
    click,
    /** To a screen. */
    open: (screen: string): Promise<void> =>
      click(page.getByRole('navigation').getByRole('link', { name: screen, exact: true })),
    confirm: (name: string): Promise<void> => click(inDialogue(page, name)),
    async leave(): Promise<void> {
      expect(count()).toBeLessThanOrEqual(mostClicks);
      expect(complaints).toEqual([]);
      expect(requests.filter((url) => new URL(url).origin !== origin)).toEqual([]);
      await close();
    },
  };
}
