import type { Page } from 'playwright-core';

/** A screen of the console, and how it is come by. */
export interface ConsoleScreen {
  readonly name: string;
  /** After `/console`. */
  readonly path: string;
  /** What is done there before it is looked at. */
  readonly prepare?: (page: Page) => Promise<void>;
}

/**
 * Every screen, and what can be opened on it. Whoever adds a screen adds a row here: it is looked at in both colour schemes, on
 * a phone and on a desk, and right to left.
 */
export const consoleScreens: readonly ConsoleScreen[] = [
  { name: 'home', path: '' },
  { name: 'nothing', path: '/nowhere' },
  { name: 'administrators', path: '/administrators' },
  {
    name: 'administrators: added',
    path: '/administrators',
    async prepare(page) {
      await page.getByLabel('Name', { exact: true }).fill(`agent-${Math.random().toString(36).slice(2)}`);
      await page.getByRole('button', { name: 'Add' }).click();
      await page.getByLabel(/^Key of agent-/).waitFor();
    },
  },
  {
    name: 'administrators: remove',
    path: '/administrators',
    async prepare(page) {
      await page.getByRole('button', { name: 'Remove: grace' }).click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
];
