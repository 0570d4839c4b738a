import type { Page } from 'playwright-core';

/** A name as somebody writes it who tries whether it is shown as markup. */
export const markup = '<img src=x onerror="document.title=1"><b>App</b>';

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
  { name: 'applications', path: '/applications' },
  {
    name: 'application',
    path: '/applications',
    async prepare(page) {
      await page.getByRole('link', { name: markup }).click();
      await page.getByText('As a table').click();
      await page.getByText('Change', { exact: true }).click();
    },
  },
  {
    name: 'application: a key',
    path: '/applications',
    async prepare(page) {
      await page.getByRole('link', { name: markup }).click();
      await page.getByRole('button', { name: 'Issue a key' }).click();
      await page.getByLabel('New key').waitFor();
      await page
        .getByRole('button', { name: /^Revoke: / })
        .first()
        .waitFor();
    },
  },
  { name: 'person: find', path: '/person' },
  {
    name: 'person',
    path: '/person/ada@example.com',
    async prepare(page) {
      await page.getByRole('button', { name: 'Show', exact: true }).click();
      await page.getByText('Records of the audit trail').or(page.getByText('No records.')).first().waitFor();
      await page.getByText('Invite', { exact: true }).click();
    },
  },
  {
    name: 'person: unlocked',
    path: '/person/ada@example.com',
    async prepare(page) {
      await page.getByRole('button', { name: 'End the lockout' }).click();
      await page.getByRole('alertdialog').getByRole('button', { name: 'End the lockout' }).click();
      await page.getByText('acme: done').waitFor();
    },
  },
  {
    name: 'person: erase',
    path: '/person/ada@example.com',
    async prepare(page) {
      await page.getByRole('button', { name: 'Erase' }).click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
  {
    name: 'person: nobody',
    path: '/person/nobody@example.com',
    async prepare(page) {
      await page.getByRole('button', { name: 'Show', exact: true }).click();
      await page.getByText('The identity provider knows nobody by that name.').waitFor();
    },
  },
  { name: 'help desk', path: '/help-desk' },
  {
    name: 'help desk: a call',
    path: '/help-desk',
    async prepare(page) {
      await page.getByLabel('Name they sign in by').fill('ada@example.com');
      await page.getByLabel('The link to the check').selectOption('Show it to me');
      await page.getByRole('button', { name: 'Ask for a face check' }).click();
      await page.getByText('Waiting until the caller opens the link.').waitFor();
    },
  },
  {
    name: 'help desk: a code',
    path: '/help-desk/bypass-codes',
    async prepare(page) {
      await page.getByLabel('Name they sign in by').fill('ada@example.com');
      await page.getByRole('button', { name: 'Make a code' }).click();
      await page.getByText('Waits for another administrator').waitFor();
    },
  },
  {
    name: 'help desk: approve',
    path: '/help-desk/bypass-codes',
    async prepare(page) {
      await page.getByRole('button', { name: 'Approve: joan@example.com' }).click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
  {
    name: 'help desk: requests',
    path: '/help-desk/requests',
    async prepare(page) {
      await page.getByText('Taken by kay').waitFor();
      await page.getByRole('rowheader', { name: 'ada@example.com' }).waitFor();
    },
  },
  {
    name: 'help desk: settle',
    path: '/help-desk/requests',
    async prepare(page) {
      await page.getByRole('button', { name: 'Take: ada@example.com' }).click();
      await page.getByRole('button', { name: 'Settle', exact: true }).waitFor();
    },
  },
];
