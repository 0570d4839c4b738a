import type { Page } from 'playwright-core';

export const markup = '<img src=x onerror="document.title=1"><b>App</b>';

export interface ConsoleScreen {
  readonly name: string;
  readonly path: string;
  /** Prepares the screen before it is examined. */
  readonly prepare?: (page: Page) => Promise<void>;
}

/**
 * All screens of the console. Each screen is examined in both color schemes, on a phone and a desktop, and right to
 * left.
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
      await page.getByText('Show as table').click();
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
  { name: 'people', path: '/people' },
  { name: 'people: filtered', path: '/people?status=locked' },
  { name: 'people: found', path: '/people?find=ada@example.com' },
  { name: 'people: nobody', path: '/people?find=nobody@example.com' },
  { name: 'connections', path: '/connections' },
  {
    name: 'connection',
    path: '/connections/okta',
    async prepare(page) {
      await page.getByText(/checks passed$/).click();
      await page.getByRole('button', { name: 'Fix: Inline hook: token' }).waitFor();
    },
  },
  { name: 'connection: none', path: '/connections/none' },
  {
    name: 'connection: secrets',
    path: '/connections/okta/secrets',
    prepare: (page) => page.getByText('openssl rand -base64 32').waitFor(),
  },
  { name: 'connection: policy', path: '/connections/okta/policy' },
  {
    name: 'connection: plan',
    path: '/connections/okta/setup',
    async prepare(page) {
      await page.getByRole('button', { name: 'Preview changes' }).click();
      await page.getByRole('button', { name: 'Set up', exact: true }).waitFor();
    },
  },
  {
    name: 'connection: mend',
    path: '/connections/okta',
    async prepare(page) {
      await page.getByRole('button', { name: 'Fix: Inline hook: token' }).click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
  {
    name: 'connection: rollout',
    path: '/connections/okta/rollout',
    async prepare(page) {
      await page.getByRole('rowheader', { name: 'ben' }).waitFor();
      await page.getByRole('button', { name: 'Switch to enforce' }).waitFor();
    },
  },
  {
    name: 'operations',
    path: '/operations',
    async prepare(page) {
      await page.getByRole('rowheader', { name: 'Version 2' }).waitFor();
    },
  },
  {
    name: 'operations: verified',
    path: '/operations',
    async prepare(page) {
      await page.getByRole('button', { name: 'Verify now' }).click();
      await page.getByText(/^The trail is sound/).waitFor();
    },
  },
  {
    name: 'operations: destroy',
    path: '/operations',
    async prepare(page) {
      await page.getByRole('button', { name: 'Destroy: Version 1' }).click();
      await page.getByRole('alertdialog').getByRole('button', { name: 'Destroy' }).click();
      await page.getByText('Wrong number.').waitFor();
    },
  },
  {
    name: 'person',
    path: '/people/acme/ada',
    async prepare(page) {
      await page.getByRole('heading', { name: 'ada@example.com' }).waitFor();
      await page.getByRole('button', { name: 'Show', exact: true }).click();
      await page.getByText('Last passed check').waitFor();
      await page.getByText('Create a link instead', { exact: true }).click();
    },
  },
  {
    name: 'person: unlocked',
    path: '/people/acme/ada',
    async prepare(page) {
      await page.getByRole('button', { name: 'End the lockout' }).click();
      await page.getByRole('alertdialog').getByRole('button', { name: 'End the lockout' }).click();
      await page.getByText('acme: done').waitFor();
    },
  },
  {
    name: 'person: erase',
    path: '/people/acme/ada',
    async prepare(page) {
      await page.getByRole('button', { name: 'Erase' }).click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
  {
    name: 'person: nobody',
    path: '/people/acme/nobody',
    async prepare(page) {
      await page.getByRole('button', { name: 'Show', exact: true }).click();
      await page.getByText('Last passed check').waitFor();
    },
  },
  {
    name: 'log',
    path: '/log',
    async prepare(page) {
      await page.getByRole('link', { name: 'ada@example.com' }).first().waitFor();
      await page.getByText('Filter', { exact: true }).click();
    },
  },
  ...(
    [
      ['home', ''],
      ['people', '/people'],
      ['person', '/people/acme/ada'],
      ['log', '/log'],
    ] as const
  ).map(([name, path]) => ({
    name: `${name}: right to left`,
    path,
    async prepare(page: Page) {
      await page.getByLabel('Language').selectOption('ar');
      await page.locator('[dir=rtl]').waitFor();
      await page.locator('main h1').waitFor();
      while ((await page.locator('.loading').count()) > 0) await page.waitForTimeout(50);
    },
  })),
  { name: 'log: nothing', path: '/log?search=203.0.113.1' },
  {
    name: 'log: followed',
    path: '/log?outcome=refused',
    async prepare(page) {
      await page.getByRole('button', { name: 'Follow live' }).click();
    },
  },
  { name: 'help desk', path: '/help-desk' },
  {
    name: 'help desk: a call',
    path: '/help-desk',
    async prepare(page) {
      await page.getByLabel('Username').fill('ada@example.com');
      await page.getByLabel('Send the link').selectOption('Show it here');
      await page.getByRole('button', { name: 'Request a face check' }).click();
      await page.getByText('Waiting for the caller to open the link.').waitFor();
    },
  },
  {
    name: 'help desk: a code',
    path: '/help-desk/bypass-codes',
    async prepare(page) {
      await page.getByLabel('Username').fill('ada@example.com');
      await page.getByRole('button', { name: 'Create code' }).click();
      await page.getByText('Needs approval').waitFor();
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
      await page.getByRole('button', { name: 'Close request', exact: true }).waitFor();
    },
  },
  { name: 'campaigns', path: '/campaigns' },
  {
    name: 'campaigns: of a file',
    path: '/campaigns',
    async prepare(page) {
      await page.getByLabel('A CSV file').check();
      await page.getByLabel('CSV file', { exact: true }).waitFor();
    },
  },
  {
    name: 'campaign: planned',
    path: '/campaigns',
    async prepare(page) {
      await page.getByRole('link', { name: 'Pilot' }).click();
      await page.frameLocator('iframe').getByText('Ada Lovelace').first().waitFor();
      await page.getByText('Not found at the provider: 1').waitFor();
      await page.getByRole('rowheader', { name: 'nobody@elsewhere.example' }).waitFor();
    },
  },
  {
    name: 'campaign: start',
    path: '/campaigns',
    async prepare(page) {
      await page.getByRole('link', { name: 'Pilot' }).click();
      await page.getByRole('button', { name: 'Start' }).click();
      await page.getByText('E-mails to send: 5.').waitFor();
    },
  },
  {
    name: 'campaign: running',
    path: '/campaigns',
    async prepare(page) {
      await page.getByRole('link', { name: 'Winter' }).click();
      await page.getByText('Delivery unknown: 1.').waitFor();
      await page.getByRole('rowheader', { name: 'doubtful0@example.com' }).waitFor();
      await page.getByText('As text', { exact: true }).click();
    },
  },
  {
    name: 'campaign: words that stand for nothing',
    path: '/campaigns',
    async prepare(page) {
      await page.getByRole('link', { name: 'Pilot' }).click();
      await page.getByLabel('Subject').fill('Dear {nmae}');
      await page.getByText('Unknown placeholders: {nmae}.').waitFor();
    },
  },
  {
    name: 'brand',
    path: '/brand',
    async prepare(page) {
      await page.getByText('All colors are readable.').waitFor();
      await page.frameLocator('iframe').locator('main[data-screen="consent"] h1').waitFor();
      await page.getByText('Custom texts').click();
      await page.locator('summary', { hasText: 'All contrasts' }).click();
    },
  },
  {
    name: 'brand: what cannot be read',
    path: '/brand',
    async prepare(page) {
      await page.getByLabel('Buttons and links (light mode)', { exact: true }).fill('#ffcc00');
      await page.getByLabel('Help link', { exact: true }).fill('javascript:alert(1)');
      await page.getByText('Fix these errors first').waitFor();
      await page
        .getByRole('button', { name: /^Use #/ })
        .first()
        .waitFor();
    },
  },
];
