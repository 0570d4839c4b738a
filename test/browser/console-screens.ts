import type { Page } from 'playwright-core';
import { chooseLanguage } from './console-visitor.js';

export const markup = '<img src=x onerror="document.title=1"><b>App</b>';

type Step = (page: Page) => Promise<unknown>;
type Role = Parameters<Page['getByRole']>[0];
type Name = string | RegExp;

const press =
  (name: Name): Step =>
  (page) =>
    page.getByRole('button', { name }).click();
const confirm =
  (name: Name): Step =>
  (page) =>
    page.getByRole('alertdialog').getByRole('button', { name }).click();
const follow =
  (name: Name): Step =>
  (page) =>
    page.getByRole('link', { name }).click();
const unfold =
  (text: Name): Step =>
  (page) =>
    page.getByText(text, { exact: true }).click();
const fill =
  (label: string, text: string): Step =>
  (page) =>
    page.getByLabel(label, { exact: true }).fill(text);
const choose =
  (label: string, option: string): Step =>
  (page) =>
    page.getByLabel(label).selectOption(option);
const awaitRole =
  (role: Role, name?: Name): Step =>
  (page) =>
    page
      .getByRole(role, name === undefined ? {} : { name })
      .first()
      .waitFor();
const awaitText =
  (text: Name): Step =>
  (page) =>
    page.getByText(text).waitFor();
const awaitLabel =
  (label: Name): Step =>
  (page) =>
    page.getByLabel(label, { exact: true }).waitFor();
const readArabic: Step = async (page) => {
  await chooseLanguage(page, 'ar');
  await page.locator('[dir=rtl]').waitFor();
  await page.locator('main:not(:has(.loading)) h1').waitFor();
};

/** A screen of the console, and what is done on it before it is examined. */
const screen = (name: string, path: string, ...steps: readonly Step[]) => ({
  name,
  path,
  async prepare(page: Page): Promise<void> {
    for (const step of steps) await step(page);
  },
});

const login = 'ada@example.com';

/**
 * All screens of the console. Each screen is examined in both color schemes, on a phone and a desktop, and right to
 * left.
 */
export const consoleScreens = [
  screen('home', ''),
  screen('nothing', '/nowhere'),
  screen('administrators', '/administrators'),
  screen(
    'administrators: added',
    '/administrators',
    fill('Name', `agent-${Math.random().toString(36).slice(2)}`),
    press('Add'),
    awaitLabel(/^Key of agent-/),
  ),
  screen('administrators: remove', '/administrators', press('Remove: grace'), awaitRole('alertdialog')),
  screen('applications', '/applications'),
  screen('application', '/applications', follow(markup), unfold('Show as table'), unfold('Change')),
  screen(
    'application: a key',
    '/applications',
    follow(markup),
    press('Issue a key'),
    awaitLabel('New key'),
    awaitRole('button', /^Revoke: /),
  ),
  screen('people', '/people'),
  screen('people: filtered', '/people?status=locked'),
  screen('people: found', `/people?find=${login}`),
  screen('people: none found', '/people?find=nobody@example.com'),
  screen('connections', '/connections'),
  screen('connection', '/connections/okta', unfold(/checks passed$/), awaitRole('button', 'Fix: Inline hook: token')),
  screen('connection: none', '/connections/none'),
  screen('connection: settings', '/connections/okta/settings', awaitText('Push secrets to provider')),
  screen('connection: plan', '/connections/okta/setup', press('Preview changes'), awaitRole('button', /^Set up$/)),
  screen('connection: fix', '/connections/okta', press('Fix: Inline hook: token'), awaitRole('alertdialog')),
  screen(
    'connection: rollout',
    '/connections/okta/rollout',
    awaitRole('rowheader', 'ben'),
    awaitRole('button', 'Switch to enforce'),
  ),
  screen('operations', '/operations', awaitRole('rowheader', 'Version 2')),
  screen('operations: verified', '/operations', press('Verify now'), awaitText(/^The trail is sound/)),
  screen(
    'operations: destroy',
    '/operations',
    press('Destroy: Version 1'),
    confirm('Destroy'),
    awaitText('Wrong number.'),
  ),
  screen(
    'person',
    '/people/acme/ada',
    awaitRole('heading', login),
    press(/^Show$/),
    awaitText(/^Passed check that is stored$/),
    unfold('Create a link instead'),
  ),
  screen(
    'person: unlocked',
    '/people/acme/ada',
    press('End the lockout'),
    confirm('End the lockout'),
    awaitText(/^Lockout ended/),
  ),
  screen('person: erase', '/people/acme/ada', press('Erase'), awaitRole('alertdialog')),
  screen('person: unknown', '/people/acme/unknown', press(/^Show$/), awaitText(/^Passed check that is stored$/)),
  screen('log', '/log', awaitRole('link', login), unfold('Filter')),
  screen('activity', '/activity', awaitRole('table')),
  ...['', '/people', '/people/acme/ada', '/log', '/activity', '/connections/okta', '/operations'].map((path) =>
    screen(`${path}: right to left`, path, readArabic),
  ),
  screen('log: nothing', '/log?search=203.0.113.1'),
  screen('log: followed', '/log?outcome=refused', press('Follow live')),
  screen('help desk', '/help-desk'),
  screen(
    'help desk: a call',
    '/help-desk',
    fill('Username', login),
    choose('Send the link', 'Show it here'),
    press('Request a face check'),
    awaitText('Waiting for the caller to open the link.'),
  ),
  screen(
    'help desk: a code',
    '/help-desk/bypass-codes',
    fill('Username', login),
    press('Create code'),
    awaitText('Needs approval'),
  ),
  screen('help desk: approve', '/help-desk/bypass-codes', press('Approve: joan@example.com'), awaitRole('alertdialog')),
  screen('help desk: requests', '/help-desk/requests', awaitText('Taken by kay'), awaitRole('rowheader', login)),
  screen('help desk: settle', '/help-desk/requests', press(`Take: ${login}`), awaitRole('button', /^Close request$/)),
  screen('help desk: recoveries', '/help-desk/recoveries', awaitRole('button', `Approve: ${login}`)),
  screen('help desk: a recovery', '/help-desk/recoveries', press(`Approve: ${login}`), awaitRole('alertdialog')),
  screen('campaigns', '/campaigns'),
  screen('campaigns: of a file', '/campaigns', (page) => page.getByLabel('A CSV file').check(), awaitLabel('CSV file')),
  screen(
    'campaign: planned',
    '/campaigns',
    follow('Pilot'),
    (page) => page.frameLocator('iframe').getByText('Ada Lovelace').first().waitFor(),
    awaitText('Not found at the provider: 1'),
    awaitRole('rowheader', 'nobody@elsewhere.example'),
  ),
  screen('campaign: start', '/campaigns', follow('Pilot'), press('Start'), awaitText('E-mails to send: 5.')),
  screen(
    'campaign: running',
    '/campaigns',
    follow('Winter'),
    awaitText('Delivery unknown: 1.'),
    awaitRole('rowheader', 'doubtful0@example.com'),
    unfold('As text'),
  ),
  screen(
    'campaign: words that stand for nothing',
    '/campaigns',
    follow('Pilot'),
    fill('Subject', 'Dear {nmae}'),
    awaitText('Unknown placeholders: {nmae}.'),
  ),
  screen(
    'brand',
    '/brand',
    awaitText('All colors are readable.'),
    (page) => page.frameLocator('iframe').locator('main[data-screen="consent"] h1').waitFor(),
    unfold('Custom texts'),
    (page) => page.locator('summary', { hasText: 'All contrasts' }).click(),
  ),
  screen(
    'brand: what cannot be read',
    '/brand',
    fill('Buttons and links (light mode)', '#ffcc00'),
    fill('Help link', 'javascript:alert(1)'),
    awaitText('Fix these errors first'),
    awaitRole('button', /^Use #/),
  ),
];
