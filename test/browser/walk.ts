import type { Page } from 'playwright-core';
import type { Language } from '../../web/shared/languages.js';

/** What somebody who goes along presses on each screen. */
const goesOnBy: Readonly<Record<string, string>> = {
  arrived: 'Continue',
  consent: 'Agree and continue',
  action: 'Approve with my face',
  place: 'Use this computer',
  permission: 'Allow camera access',
  framing: 'Start',
};

/** Screens that change by themselves. */
const passing = ['opening', 'challenge', 'sending', 'reference-look'];

const main = (screen: string): string => `main[data-screen="${screen}"]`;

/** The screen the page shows now. */
export const screenOf = async (page: Page): Promise<string> =>
  (await page.locator('main').getAttribute('data-screen')) ?? '';

/** Waits for a screen. A challenge without guidance takes ten seconds, and this machine may be slow. */
export const see = (page: Page, screen: string): Promise<void> => page.locator(main(screen)).waitFor();

export const press = (page: Page, name: string): Promise<void> =>
  page.getByRole('button', { name, exact: true }).click();

/** Chooses another language of the page, and waits until it is read. */
export async function readIn(page: Page, language: Language): Promise<void> {
  await page.locator('#language').selectOption(language);
  await page.locator(`html[lang=${language}]`).waitFor();
}

/** Presses what leads to another screen, and waits for it. */
export async function leaveBy(page: Page, name: string): Promise<void> {
  const button = page.getByRole('button', { name, exact: true });
  // A page just opened may not have come to the screen with it.
  await button.waitFor();
  const screen = await screenOf(page);
  await button.click();
  await page.locator(`main:not([data-screen="${screen}"])`).waitFor();
}

/**
 * Does what every screen asks, as somebody does who goes along with all of it.
 * @returns the first screen where that is not enough: a result, a problem, or a question such as for a PIN
 */
export async function goAlong(page: Page, { upTo = '' }: { readonly upTo?: string } = {}): Promise<string> {
  for (;;) {
    const screen = await screenOf(page);
    const name = goesOnBy[screen];
    if (screen === upTo || (name === undefined && !passing.includes(screen))) return screen;
    const left = page.locator(`main:not([data-screen="${screen}"])`).waitFor();
    // A screen may go by itself before the press: the camera comes where the browser does not ask, or it was pressed before.
    const press = name === undefined ? left : page.getByRole('button', { name, exact: true }).click();
    await Promise.race([press.catch(() => left), left]);
    await left;
  }
}

/**
 * Goes along, and tries again as often as the page lets them: pictures of an honest person may not do either.
 * @returns where that ends; `''` where the page has led back to who sent the person by then, as it does a second after the end
 */
export async function insist(page: Page): Promise<string> {
  for (;;) {
    const screen = await goAlong(page);
    if (screen !== 'try-again') return screen;
    await leaveBy(page, 'Try again');
  }
}

/** Opens a link and goes along. @returns the screen where it ends */
export async function follow(page: Page, link: string): Promise<string> {
  await page.goto(link);
  return goAlong(page);
}
