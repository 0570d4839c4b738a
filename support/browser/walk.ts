import type { Page } from 'playwright-core';
import type { Language } from '../../src/core/base/languages.js';

const goesOnBy: Readonly<Record<string, string | RegExp>> = {
  arrived: 'Continue',
  consent: 'Agree and continue',
  action: 'Approve with my face',
  permission: /^(Allow camera access|Continue)$/,
  // This button is only shown without face guidance. With guidance, the check starts by itself.
  framing: 'Start',
};

const passing = ['opening', 'challenge', 'sending', 'reference-look', 'document-look'];

const main = (screen: string): string => `main[data-screen="${screen}"]`;

export const screenOf = async (page: Page): Promise<string> =>
  (await page.locator('main').getAttribute('data-screen')) ?? '';

/** Waits for a screen. A challenge without guidance takes ten seconds, longer on slow machines. */
export const see = (page: Page, screen: string): Promise<void> => page.locator(main(screen)).waitFor();

export const press = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click();

export async function readIn(page: Page, language: Language): Promise<void> {
  await page.locator('#language').selectOption(language);
  await page.locator(`html[lang=${language}]`).waitFor();
}

/** Presses a button and waits for another screen. */
export async function leaveBy(page: Page, name: string): Promise<void> {
  const button = page.getByRole('button', { name, exact: true });
  // A new page may still be loading the screen.
  await button.waitFor();
  const screen = await screenOf(page);
  await button.click();
  await page.locator(`main:not([data-screen="${screen}"])`).waitFor();
}

/** Presses the known button of each screen, until a screen has none or is the screen `upTo`. */
export async function goAlong(page: Page, { upTo = '' }: { readonly upTo?: string } = {}): Promise<string> {
  for (;;) {
    const screen = await screenOf(page);
    const name = goesOnBy[screen];
    if (screen === upTo || (name === undefined && !passing.includes(screen))) return screen;
    const left = page.locator(`main:not([data-screen="${screen}"])`).waitFor();
    // A screen may change before the press, for example if the camera needs no permission.
    // Only on this screen: a later page may have a button of the same name.
    const button = page.locator(main(screen)).getByRole('button', { name, exact: true });
    const press = name === undefined ? left : button.click();
    await Promise.race([press.catch(() => left), left]);
    await left;
  }
}

/**
 * Completes the screens with all allowed retries, because genuine pictures may fail.
 * @returns the last screen; `''` if the page has already redirected
 */
export async function insist(page: Page): Promise<string> {
  for (;;) {
    const screen = await goAlong(page);
    if (screen !== 'try-again') return screen;
    await leaveBy(page, 'Try again');
  }
}

export async function follow(page: Page, link: string): Promise<string> {
  await page.goto(link);
  return goAlong(page);
}

/** Presses Tab until an element that matches has the focus. Where Tab begins depends on what the page did before. */
export async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 20; presses += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(`document.activeElement?.matches(${JSON.stringify(selector)}) ?? false`)) return;
  }
  throw new Error(`no press of Tab reaches ${selector}`);
}
