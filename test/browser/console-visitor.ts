import type { Browser, Page } from 'playwright-core';
import { patienceMs } from '../../support/run/patience.js';

export type ConsoleVisitor = Awaited<ReturnType<typeof visitConsole>>;

export async function visitConsole(
  browser: Browser,
  origin: string,
  { key, path = '' }: { readonly key: string | null; readonly path?: string },
) {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 800 } });
  context.setDefaultTimeout(patienceMs);
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${origin}/console${path}`);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  if (key !== null) {
    await page.getByLabel('Admin key').fill(key);
    await page.getByRole('button', { name: 'Sign in with the key' }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor({ state: 'attached' });
  }
  return { page, requests, complaints, close: () => context.close() };
}

/** Chooses a language in the account menu. */
export async function chooseLanguage(page: Page, language: string): Promise<void> {
  await page.locator('.who summary').click();
  await page.getByLabel('Language').selectOption(language);
}
