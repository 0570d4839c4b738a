import { readFile } from 'node:fs/promises';
import { expect } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { createOktaConnectionGuard } from '../../adapters/okta/config.js';
import { createOktaProfile } from '../../adapters/okta/profile.js';
import { SealedToken } from '../../src/core/secrets.js';
import { addSec, toIso } from '../../src/core/units.js';
import { beginRequest, submitRequest } from '../../src/extensions/developer-portal/asking.js';
import type { ApplicationDraft } from '../../src/extensions/developer-portal/request.js';
import { toDirectory } from '../../support/benches/campaign-bench.js';
import { createTestConnection } from '../../support/benches/core.js';
import { inBrowser, useBrowser, useShared } from '../../support/browser/page-suite.js';
import { enrolledAt, fillLedger } from '../../support/data/ledgered.js';
import { createTestVerifier } from '../../support/fakes/embedded.js';
import { createMemoryProfile } from '../../support/fakes/simulated-profile.js';
import { createFolder } from '../../support/run/folder.js';
import { adminKey } from '../../support/servers/api-server.js';
import { type Company, startCompany, startOperatedServer } from '../../support/servers/operated-server.js';
import { visitConsole } from './console-visitor.js';
import { fillOperations } from './operated-console.js';

/* What administrators do every week, counted in clicks and form fields from the first screen on. */

interface Hands {
  readonly page: Page;
  click(target: Locator): Promise<void>;
  fill(label: string, text: string): Promise<void>;
}

const menu = (page: Page, name: string): Locator =>
  page.getByRole('navigation').first().getByRole('link', { name, exact: true });
const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true });
const confirm = (page: Page, name: string): Locator =>
  page.getByRole('alertdialog').getByRole('button', { name, exact: true });

async function find({ page, click, fill }: Hands, who: string): Promise<void> {
  await fill('Find a person', `${who}@example.com`);
  await click(button(page, 'Find'));
  await page.getByRole('heading', { name: `${who}@example.com`, level: 1 }).waitFor();
}

async function openTab({ page, click }: Hands, tab: 'Overview' | 'Settings'): Promise<void> {
  await click(menu(page, 'Connections'));
  await click(page.getByRole('rowheader', { name: 'okta' }).getByRole('link'));
  if (tab === 'Settings') await click(page.getByRole('navigation', { name: 'okta' }).getByRole('link', { name: tab }));
}

async function openRollout({ page, click }: Hands): Promise<void> {
  await click(menu(page, 'Connections'));
  await click(page.getByRole('row').filter({ hasText: 'okta' }).getByRole('link', { name: 'Shadow' }));
}

/** The order matters, because tasks change the data of later ones. */
const weeklyTasks: Readonly<Record<string, (hands: Hands) => Promise<void>>> = {
  'see what needs attention': async ({ page }) => page.getByText('No backup yet', { exact: false }).first().waitFor(),
  'find a person': (hands) => find(hands, 'ada'),
  async 'see why a person was refused'(hands) {
    await find(hands, 'ada');
    await hands.page.getByText('The face does not match the enrolment.').first().waitFor();
  },
  async 'invite a person'(hands) {
    const { page, click } = hands;
    await find(hands, 'cora');
    await click(button(page, 'Invite by e-mail'));
    await click(confirm(page, 'Send'));
    // This server has no mail relay.
    await page.getByText('Written to the outbox', { exact: true }).waitFor();
  },
  async 'issue a bypass code'(hands) {
    const { page, click } = hands;
    await find(hands, 'ada');
    await click(page.getByRole('link', { name: 'Bypass code', exact: true }));
    await click(button(page, 'Create code'));
    await page.getByLabel('Bypass code', { exact: true }).waitFor();
  },
  async 'verify a caller'(hands) {
    const { page, click } = hands;
    await find(hands, 'ada');
    await click(page.getByRole('link', { name: 'Verify caller', exact: true }));
    await click(button(page, 'Request a face check'));
    await page.getByText('Waiting for the caller to open the link.').waitFor();
  },
  async 'end a lockout'(hands) {
    const { page, click } = hands;
    await find(hands, 'ada');
    await click(button(page, 'End the lockout'));
    const attempts = 'refused attempts (faces, codes, and attempts during a lockout): 1, refused sign-ins: 0.';
    await page.getByText(`Since the last passed check: ${attempts} Most frequent reason: The face`).waitFor();
    await click(confirm(page, 'End the lockout'));
    await page.getByText('Lockout ended. ada Example can try again now.').waitFor();
    // The page shows the state of the reply, also if the log does not have it yet.
    await button(page, 'End the lockout').waitFor({ state: 'detached' });
  },
  async 'revoke an enrolment'(hands) {
    const { page, click } = hands;
    await find(hands, 'ada');
    await click(button(page, 'End the enrolment'));
    await click(confirm(page, 'End the enrolment'));
    await page.getByText('Enrolment ended. ada Example must enrol again.').waitFor();
  },
  async 'see a connection’s health'(hands) {
    await openTab(hands, 'Overview');
    await hands.page.getByRole('heading', { name: 'Health' }).waitFor();
  },
  async 'see how to rotate a secret'(hands) {
    await openTab(hands, 'Settings');
    await hands.page.getByRole('button', { name: 'Put it into the draft' }).first().waitFor();
  },
  async 'see who would be refused and invite them'(hands) {
    const { page, click } = hands;
    await openRollout(hands);
    await page.getByRole('rowheader', { name: 'ben' }).waitFor();
    await click(page.getByRole('link', { name: 'Plan a campaign for these users (1)' }));
    await page.getByLabel('Users of okta who are refused').waitFor();
  },
  async 'switch from shadow to enforce'(hands) {
    const { page, click } = hands;
    await openRollout(hands);
    await click(button(page, 'Switch to enforce'));
    await click(confirm(page, 'Switch to enforce'));
    await page.getByText('"mode": "enforce"').waitFor();
  },
  async 'approve an application request'(hands) {
    const { page, click } = hands;
    await click(page.getByRole('link', { name: 'Application requests: 1' }));
    await click(page.getByRole('rowheader').getByRole('link'));
    await click(button(page, 'Approve'));
    await page
      .getByText(/^Approved/)
      .first()
      .waitFor();
  },
  async 'export the log'({ page, click }) {
    await click(menu(page, 'Log'));
    const saved = page.waitForEvent('download');
    await click(page.getByRole('button', { name: /CSV/ }));
    const text = await readFile(await (await saved).path(), 'utf8');
    expect(text).toContain('"ada Example"');
    expect(text.trim().split('\r\n').length).toBeGreaterThan(2);
  },
};

/**
 * Starts a server with a week's data: a locked-out user, a user without an enrolment, an application request, and
 * shadow mode.
 */
async function startWeek() {
  const started = await startCompany();
  const toConnections: Company['toConnections'] = (...given) =>
    started
      .toConnections(...given)
      .map((each) => ({ ...each, policy: { ...each.policy, bypass: { allowed: true, approvals: 1 } } }));
  const company = { ...started, toConnections };
  const profile = createMemoryProfile(['ada', 'ben', 'cora']);
  const bypass = { allowed: true, minutes: 15, approvals: 1, takesKeys: true } as const;
  const okta = createTestConnection({ id: 'okta', kind: 'okta', profile, policy: { bypass } });
  const staff = toDirectory(new Map([['Staff', ['ada', 'ben', 'cora']]]), (subject) => subject === 'ada');
  const given = {
    issuer: 'http://localhost',
    connections: new Map([['okta', okta]]),
    verifier: createTestVerifier(),
    directories: new Map([['okta', async () => staff]]),
  };
  const dataFolder = createFolder('console-week');
  const operated = await startOperatedServer(company, { dataFolder, given });
  await fillOperations(operated, dataFolder);
  const { server } = operated;
  server.outbox.push('email', 'sms');
  // One user is enrolled at the provider, because the switch to enforce mode asks for confirmation if no one is.
  const settings = createOktaConnectionGuard([]).parse(company.toConnections('shadow')[0]);
  const provider = createOktaProfile(settings, { fetch, log: server.log });
  const user = await company.okta.createUser({
    login: 'ada@example.com',
    password: 'x',
    firstName: 'A',
    lastName: 'B',
  });
  await provider.writeToken(user, new SealedToken(`fv1.${'a'.repeat(240)}`));
  const ada = { connection: 'okta', subject: 'ada' };
  const until = toIso(addSec(server.clock.now(), 3600));
  await fillLedger(server, [
    { event: enrolledAt('okta', 'ada'), hoursAgo: 48 },
    { event: { action: 'verification_refused', ...ada, detail: { tokenId: 't' } }, hoursAgo: 24 },
    { event: { action: 'locked_out', ...ada, detail: { level: 1, until } }, hoursAgo: 1 },
    {
      event: { action: 'vouching_begun', ...ada, detail: { stepUpId: 's', send: 'email', by: 'grace' } },
      hoursAgo: 30,
    },
  ]);
  const grace = { id: 'g'.repeat(43), name: 'grace', role: 'developer', means: 'sign_in' } as const;
  const wish: ApplicationDraft = {
    name: 'payslips',
    purpose: 'Opens payslips.',
    scopes: ['verify'],
    connection: 'okta',
    perMinute: 10,
    perDay: 100,
    redirectUris: [],
    contact: 'grace',
  };
  const deps = { ...server.deps, onboarding: server.deps.config.onboarding };
  const { id } = await beginRequest(wish, null, grace, deps);
  await submitRequest(id, { termsVersion: 0, message: null }, grace, deps);
  return {
    origin: `http://localhost:${server.port}`,
    async addKey(name: string, role: string): Promise<string> {
      return String((await operated.post('/administrators', { name, role })).body.key);
    },
  };
}

/** Timeout after which a task is reported as impossible. */
const taskPatienceMs = 30_000;

/** Does every task from the first screen. @throws Error if a task cannot be done */
async function measureTasks(browser: Browser, origin: string) {
  const measured: Record<string, { readonly clicks: number; readonly fields: number }> = {};
  for (const [name, act] of Object.entries(weeklyTasks)) {
    const { page, close } = await visitConsole(browser, origin, { key: adminKey });
    page.setDefaultTimeout(taskPatienceMs);
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    let clicks = 0;
    let fields = 0;
    await act({
      page,
      async click(target) {
        clicks += 1;
        await target.click();
      },
      async fill(label, text) {
        fields += 1;
        await page.getByLabel(label).fill(text);
      },
    });
    measured[name] = { clicks, fields };
    await close();
  }
  return measured;
}

const browser = useBrowser('none');
const week = useShared(startWeek);

inBrowser(
  'each of the fourteen weekly tasks takes at most three clicks, and one more if it concerns many people',
  async () => {
    const measured = await measureTasks(browser(), week().origin);
    expect(Object.keys(weeklyTasks)).toHaveLength(14);
    const slow = Object.entries(measured).filter(([, { clicks }]) => clicks > 3);
    // It refuses many people, so that it asks first.
    expect(slow).toEqual([['switch from shadow to enforce', { clicks: 4, fields: 0 }]]);
  },
);

for (const viewport of [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
])
  inBrowser(`tables show all of their texts on a page that is ${viewport.width} pixels wide`, async () => {
    const { page, close } = await visitConsole(browser(), week().origin, { key: adminKey });
    await page.setViewportSize(viewport);
    for (const path of ['/log', '/connections', '/operations']) {
      await page.goto(`${week().origin}/console${path}`);
      await page.locator('main:not(:has(.loading)) table:visible').first().waitFor();
      const cut = await page
        .locator('main, tbody :is(th, td), tbody :is(th, td) *')
        .evaluateAll((elements) =>
          elements
            .filter(({ scrollWidth, clientWidth }) => clientWidth > 0 && scrollWidth > clientWidth + 1)
            .map(({ textContent }) => textContent),
        );
      expect({ path, cut }).toEqual({ path, cut: [] });
    }
    await close();
  });

inBrowser('an administrator invites several members and ends several lockouts at once', async () => {
  const other = await startWeek();
  const { page } = await visitConsole(browser(), other.origin, { key: adminKey });
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  const act = async (action: string, confirmed: string): Promise<void> => {
    await page.getByRole('button', { name: action }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: confirmed, exact: true }).click();
  };
  await page.goto(`${other.origin}/console/people?connection=okta&group=Staff`);
  await page.getByRole('row').filter({ hasText: 'cora' }).getByText('Not enrolled').waitFor();
  expect(await page.getByRole('rowheader').allTextContents()).toHaveLength(3);
  await page.getByRole('button', { name: 'Select all shown' }).click();
  await act('Invite by e-mail (2)', 'Send');
  await page.getByText('Invitations: done for 2 of 2.').waitFor();

  await page.goto(`${other.origin}/console/people`);
  await page.getByRole('checkbox', { name: /ada/ }).check();
  await act('End lockouts (1)', 'End lockouts');
  await page.getByText('Lockouts ended: done for 1 of 1.').waitFor();
  expect(await page.getByRole('button', { name: 'End lockouts (1)' }).count()).toBe(0);
  expect(await page.getByRole('row').filter({ hasText: 'ada' }).getByText('Locked out').count()).toBe(0);
});

inBrowser('actions that cannot succeed say so before or when they are tried', async () => {
  const other = await startWeek();
  const { page, close } = await visitConsole(browser(), other.origin, { key: adminKey });
  await page.goto(`${other.origin}/console/people/okta/ada`);
  await button(page, 'End the enrolment').waitFor();
  expect(await button(page, 'Invite by e-mail').count()).toBe(0);
  await page.goto(`${other.origin}/console/people/okta/cora`);
  await button(page, 'Invite by e-mail').click();
  await page.getByRole('alertdialog').getByText('No mail relay is set').waitFor();
  await page.goto(`${other.origin}/console/help-desk?connection=okta&subject=cora`);
  await page.getByText('no connection has such pages').waitFor();
  expect(await page.getByLabel('PIN').count()).toBe(0);
  const unenrolled = page.getByText('This person has no face check, so this one will fail.');
  for (const [purpose, notes] of [
    ['Verify the caller’s face', 1],
    ['Enrol a caller whom you have verified', 0],
  ] as const) {
    await page.getByLabel('What for').selectOption(purpose);
    await button(page, 'Request a face check').click();
    await page.getByText('Waiting for the caller to open the link.').waitFor();
    expect(await unenrolled.count()).toBe(notes);
    await button(page, 'Another caller').click();
  }
  await close();
});

inBrowser('a page of another role names the role, and the figures name only what the role can open', async () => {
  const other = await startWeek();
  const visit = async (role: string, path: string) => {
    const key = await other.addKey(role, role);
    const { page, close } = await visitConsole(browser(), other.origin, { key, path });
    await page.locator('main:not(:has(.loading)) h1').first().waitFor();
    return { page, close };
  };
  const auditor = await visit('auditor', '/help-desk');
  await auditor.page.getByText('Your role (Auditor) cannot open this page.').waitFor();
  await auditor.close();
  const desk = await visit('help-desk', '/log');
  await desk.page.getByText('Your role (Help desk) cannot open this page.').waitFor();
  await desk.page.goto(`${other.origin}/console`);
  const table = desk.page.getByRole('table', { name: 'Connections' });
  await table.getByRole('rowheader').first().waitFor();
  expect(await table.getByRole('link').count()).toBe(0);
  await desk.close();
});
