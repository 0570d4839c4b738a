import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { addAdministrator } from '../../src/access/administrators.js';
import { issueApplicationKey } from '../../src/access/application-keys.js';
import { registerApplication } from '../../src/access/applications.js';
import { clientScopes } from '../../src/access/scopes.js';
import { changeList } from '../../src/core/bounded-list.js';
import { addSec, toIso } from '../../src/core/units.js';
import { type HelpRequest, helpRequests } from '../../src/help-desk/help-requests.js';
import { issueBypass } from '../../src/step-up/codes/bypass.js';
import { defaultPolicy } from '../../support/benches/core.js';
import { expectAccessible } from '../../support/browser/accessibility.js';
import { hasChromium, launchChromium } from '../../support/browser/chromium.js';
import { inBrowser } from '../../support/browser/page-suite.js';
import { enrolledAt, fillLedger } from '../../support/data/ledgered.js';
import { waitForApproval } from '../../support/data/recoveries.js';
import { createTestVerifier } from '../../support/fakes/embedded.js';
import { createMemoryProfile } from '../../support/fakes/simulated-profile.js';
import { createFolder } from '../../support/run/folder.js';
import { forFile } from '../../support/run/for-file.js';
import { consoleFolder } from '../../support/run/paths.js';
import { type ApiServer, adminKey } from '../../support/servers/api-server.js';
import { type Company, startCompany, startOperatedServer } from '../../support/servers/operated-server.js';
import { doubtfulDelivery, invited, runCampaigns } from './console-campaigns.js';
import { consoleScreens, markup } from './console-screens.js';
import { visitConsole } from './console-visitor.js';
import { addSigningKeys, breakTokenHook, fillOperations } from './operated-console.js';

/* The console as administrators with different eyes, hands and devices meet it. */

let browser: Browser;
let company: Company;
let server: ApiServer;
let origin: string;
let campaigns: ReturnType<typeof runCampaigns>;
const owner = { id: 'key:first', name: 'owner', role: 'owner', means: 'key' } as const;
if (hasChromium) {
  beforeAll(async () => {
    const profile = createMemoryProfile(['ada', 'joan', ...invited]);
    const policy = { ...defaultPolicy, bypass: { allowed: true, minutes: 15, approvals: 2, takesKeys: true } } as const;
    const acme = { id: 'acme', kind: 'okta', profile, policy };
    const connections = new Map([acme, { ...acme, id: 'okta' }].map((each) => [each.id, each]));
    company = await startCompany();
    const dataFolder = createFolder('console');
    const given = {
      issuer: 'http://localhost',
      connections,
      verifier: createTestVerifier(),
      delivery: doubtfulDelivery,
      wakeCampaigns: () => campaigns.wake(),
    };
    const { toConnections } = company;
    const allowing: Company = {
      ...company,
      toConnections: (...settings) =>
        toConnections(...settings).map((each) =>
          each.id === 'okta' ? { ...each, policy: { ...each.policy, bypass: { allowed: true } } } : each,
        ),
    };
    const operated = await startOperatedServer(allowing, { dataFolder, given });
    server = operated.server;
    await fillOperations(operated, dataFolder);
    await breakTokenHook(company, operated);
    await addSigningKeys(operated, dataFolder);
    await operated.post('/keys/rotate', { use: 'signing' });
    const kay = { id: 'key:kay', name: 'kay', means: 'key' } as const;
    await issueBypass({ connection: acme, subject: 'joan', by: kay, minutes: null, application: null }, server.deps);
    await waitForHelp(server);
    await waitForApproval({ connection: 'acme', subject: 'ada' }, server.deps);
    campaigns = runCampaigns(() => server.deps);
    await campaigns.plan('Pilot');
    await campaigns.send('Winter');
    origin = `http://localhost:${server.port}`;
    await addAdministrator({ name: 'grace', role: 'auditor', lifeSec: 3600 }, owner, server.deps);
    const terms = {
      name: markup,
      tenant: 'default',
      scopes: clientScopes,
      perMinute: 600,
      perDay: 10_000,
      contact: 'ada',
    };
    const application = await registerApplication(terms, owner, server.deps);
    const { client } = await issueApplicationKey(
      application.id,
      { scopes: undefined, lifeSec: 86_400 },
      owner,
      server.deps,
    );
    for (const outcome of ['ok', 'ok', 'photo_invalid'] as const)
      server.usage.note({ client, endpoint: 'POST /compare', outcome });
    await server.usage.flush();
    const ada = { connection: 'acme', subject: 'ada' };
    await fillLedger(server, [
      { event: enrolledAt('acme', 'ada'), hoursAgo: 48 },
      { event: { action: 'verified', ...ada, detail: { tokenId: 't' } }, hoursAgo: 47 },
      {
        event: { action: 'verification_refused', ...ada, detail: { tokenId: 't' } },
        hoursAgo: 24,
        request: 'a1'.repeat(12),
      },
      {
        event: { action: 'locked_out', ...ada, detail: { level: 1, until: toIso(addSec(server.clock.now(), 86_400)) } },
        hoursAgo: 1,
      },
      { event: { action: 'subject_exported', ...ada, detail: { by: markup } }, hoursAgo: 0.5 },
    ]);
    browser = await forFile(launchChromium({ camera: 'none' }));
  });
}

/** Someone whom no one helps yet, and someone whom another administrator does. */
async function waitForHelp({ deps }: ApiServer): Promise<void> {
  const at = deps.clock.now();
  const about = { connection: 'acme', stepUpId: 'x', at, expiresAt: addSec(at, 3600) };
  const rows: HelpRequest[] = [
    { ...about, id: 'a'.repeat(24), subject: 'joan', reason: 'other', note: '', takenBy: 'kay', takenById: 'key:kay' },
    { ...about, id: 'b'.repeat(24), subject: 'ada', reason: 'no_camera', note: markup, takenBy: null, takenById: null },
  ];
  await changeList(helpRequests, () => rows, deps);
}

for (const { name, path, prepare } of consoleScreens) {
  inBrowser(`${name}: the console screen is accessible`, async () => {
    const { page, requests, complaints, close } = await visitConsole(browser, origin, { key: adminKey, path });
    await page.locator('main h1').waitFor();
    await page.locator('main:not(:has(.loading))').waitFor();
    await prepare(page);
    await expectAccessible(page, name);
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => new URL(url).origin !== origin)).toEqual([]);
    await close();
  });
}

inBrowser('the sign-in screen is accessible, also right to left', async () => {
  const { page, complaints, close } = await visitConsole(browser, origin, { key: null });
  await expectAccessible(page, 'sign-in');
  await page.getByLabel('Language').selectOption('ar');
  await page.locator('[dir=rtl]').waitFor();
  await expectAccessible(page, 'sign-in, right to left');
  expect(complaints).toEqual([]);
  await close();
});

inBrowser('markup in an application’s name is shown as text', async () => {
  const { page, close } = await visitConsole(browser, origin, { key: adminKey, path: '/applications' });
  await page.getByRole('link', { name: markup }).click();
  await page.getByRole('heading', { name: markup }).waitFor();
  expect(await page.locator('main img, main b').count()).toBe(0);
  expect(await page.title()).toBe('Applications · facestep console');
  await close();
});

/** Presses Tab until that has the focus. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    if (await wanted.evaluate((element: unknown) => element === Reflect.get(globalThis, 'document').activeElement))
      return;
    await page.keyboard.press('Tab');
  }
  throw new Error('not reached by the keyboard');
}

inBrowser('an administrator can be added and removed by keyboard', async () => {
  const { page, close } = await visitConsole(browser, origin, { key: null });
  await tabTo(page, page.getByLabel('Admin key'));
  await page.keyboard.type(adminKey);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  for (const name of ['Settings', 'Administrators']) {
    await tabTo(page, page.getByRole('navigation').getByRole('link', { name }));
    await page.keyboard.press('Enter');
  }
  await page.getByRole('heading', { name: 'Administrators', level: 1 }).waitFor();
  await tabTo(page, page.getByLabel('Name', { exact: true }));
  await page.keyboard.type('barbara');
  await page.keyboard.press('Enter');
  await page.getByLabel('Key of barbara').waitFor();
  await page.keyboard.press('Shift+Tab');
  await tabTo(page, page.getByRole('link', { name: 'Skip to the content' }).or(page.locator('body')).first());
  await tabTo(page, page.getByRole('button', { name: 'Remove: barbara' }));
  await page.keyboard.press('Enter');
  const dialogue = page.getByRole('alertdialog');
  await dialogue.waitFor();
  // What cannot be taken back does not have the focus.
  await tabTo(page, dialogue.getByRole('button', { name: 'Cancel' }));
  await tabTo(page, dialogue.getByRole('button', { name: 'Remove' }));
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Remove: barbara' }).waitFor({ state: 'detached' });
  await close();
});

test('the console in one language is at most 177 KB compressed', () => {
  const folder = join(consoleFolder, 'compressed');
  const names = readdirSync(folder).filter((name) => !/^(de|fr|ar|es)-/.test(name));
  const bytes = names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThan(177 * 1024);
});
