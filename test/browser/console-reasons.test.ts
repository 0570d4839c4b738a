import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { defaultPolicy } from '../../support/benches/core.js';
import { inBrowser, useBrowser, useShared } from '../../support/browser/page-suite.js';
import { enrolledAt, fillLedger } from '../../support/data/ledgered.js';
import { createMemoryProfile } from '../../support/fakes/simulated-profile.js';
import { createFolder } from '../../support/run/folder.js';
import { adminKey } from '../../support/servers/api-server.js';
import { type Company, startCompany, startOperatedServer } from '../../support/servers/operated-server.js';
import { visitConsole } from './console-visitor.js';

/* The console's statements about a policy, and its reasons for missing actions. */

const aws = { region: 'eu-west-1', role: 'arn:aws:iam::123456789012:role/facestep-liveness' };
const set = {
  liveness: { vendor: 'aws', confidence: 91, fallback: 'movement' },
  handOff: false,
  anotherWay: { email: true, recoveryCodes: true },
  fallbackUrl: 'https://help.example.com/face',
  notices: true,
  helpDesk: 'desk@example.com',
  returnUrls: ['https://app.example.com/back'],
};

const profile = createMemoryProfile(['ada']);
const okta = { id: 'okta', kind: 'okta', profile, policy: defaultPolicy };

const browser = useBrowser('none');
const operated = useShared(async () => {
  const company = await startCompany();
  const toConnections: Company['toConnections'] = (...given) =>
    company.toConnections(...given).map((each) => ({
      ...each,
      policy: { ...each.policy, ...(each.id === 'okta' ? set : { bypass: { allowed: true } }) },
    }));
  return startOperatedServer(
    { ...company, toConnections },
    {
      dataFolder: createFolder('console-reasons'),
      given: { issuer: 'http://localhost', connections: new Map([['okta', okta]]) },
      settings: { liveness: { aws } },
    },
  );
});

async function open(
  path: string,
  key = adminKey,
): Promise<{ readonly page: Page; readonly close: () => Promise<void> }> {
  const { page, close } = await visitConsole(browser(), `http://localhost:${operated().server.port}`, { key, path });
  await page.locator('main:not(:has(.loading)) h1').first().waitFor();
  return { page, close };
}

const rowsOf = async (page: Page): Promise<string> =>
  (await page.locator('dl.facts > div').allTextContents()).join('\n');

inBrowser('the tab of settings lists the policy as set, for administrators who may not change it', async () => {
  const { body } = await operated().post('/administrators', { name: 'adrian', role: 'auditor' });
  const { page, close } = await open('/connections/okta/settings', String(body.key));
  await page.getByText('returnUrls', { exact: true }).waitFor();
  const rows = await rowsOf(page);
  for (const [setting, value] of Object.entries(set)) {
    const [first = ''] = Object.values(value).map(String);
    expect(rows).toMatch(new RegExp(`${setting}.*${typeof value === 'object' ? first : value}`));
  }
  await close();
});

inBrowser('the tasks say that e-mails are not sent if there is no mail relay', async () => {
  const findConnections = async (): Promise<unknown[]> => {
    const { body } = await operated().get('/to-do');
    const items = body.items as { readonly code: string; readonly connection: string | null }[];
    return items.filter(({ code }) => code === 'mail_relay_missing').map(({ connection }) => connection);
  };
  operated().server.outbox.push('email');
  expect(await findConnections()).toEqual(['okta']);
  operated().server.outbox.pop();
  expect(await findConnections()).toEqual([]);
});

inBrowser('the list of people says why the actions for many are missing', async () => {
  // An empty list offers no actions.
  await fillLedger(operated().server, [{ event: enrolledAt('okta', 'ada'), hoursAgo: 1 }]);
  const owner = await open('/people');
  await owner.page.getByText('Select users to invite them or to end their lockouts.').waitFor();
  await owner.close();
  const { body } = await operated().post('/administrators', { name: 'audrey', role: 'auditor' });
  const auditor = await open('/people', String(body.key));
  await auditor.page.getByText('Your role cannot invite users or end lockouts.').waitFor();
  await auditor.close();
});

inBrowser('a reason replaces the form of bypass codes if the policy does not allow them', async () => {
  const off = await open('/help-desk/bypass-codes?connection=okta&subject=00u1');
  await off.page.getByText('The policy of the connection does not allow bypass codes (bypass.allowed).').waitFor();
  expect(await off.page.getByRole('button', { name: 'Create code' }).count()).toBe(0);
  await off.close();
  const { page, close } = await open('/help-desk/bypass-codes');
  await page.getByRole('button', { name: 'Create code' }).waitFor();
  expect(await page.getByLabel('Connection').getByRole('option').allTextContents()).toEqual(['onelogin']);
  await page
    .getByText('onelogin: a code works only in checks that an application requests with an “audience”.')
    .waitFor();
  await close();
});
