import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { createMemoryConnectionGuard } from '../../adapters/memory/config.js';
import { createMemoryAdapter } from '../../adapters/memory/index.js';
import type { Connection } from '../../src/core/connection.js';
import type { Profile } from '../../src/core/ports.js';
import { FaceError } from '../../src/errors.js';
import { connectionAdditions } from '../../src/extensions/index.js';
import { defaultPolicy } from '../../support/benches/core.js';
import { inBrowser } from '../../support/browser/page-suite.js';
import { enrolledAt, fillLedger } from '../../support/data/ledgered.js';
import { createMemoryProfile } from '../../support/fakes/simulated-profile.js';
import { createFolder } from '../../support/run/folder.js';
import { type Company, startOperatedServer } from '../../support/servers/operated-server.js';
import { useOperatedConsole } from './operated-console.js';

/* The console says what it does not know: names, connections, and results of providers that do not answer. */

let isProviderDown: boolean;
let isAllDown: boolean;
const { company, operated, visit } = useOperatedConsole(async (running) => {
  isProviderDown = false;
  isAllDown = false;
  const directory = createMemoryProfile(['ada']);
  const profile = {
    ...directory,
    async searchAccounts(text: string, limit: number) {
      if (isProviderDown) throw new FaceError('profile_unavailable');
      return await directory.searchAccounts!(text, limit);
    },
  };
  const connections = new Map<string, Connection>();
  connections.set('okta', { id: 'okta', kind: 'okta', profile, policy: defaultPolicy });
  const trial = { id: 'trial', kind: 'memory', policy: { mode: 'enforce' } } as const;
  const withTestPeople: Company = {
    ...running,
    toConnections: (...given) => [...running.toConnections(...given), trial],
  };
  const started = await startOperatedServer(withTestPeople, {
    dataFolder: createFolder('console-unknown'),
    given: { issuer: 'http://localhost', connections },
  });
  const settings = createMemoryConnectionGuard(connectionAdditions).parse(trial);
  const testPeople = createMemoryAdapter({ ...started.server.deps, settings, fetch, publicUrl: 'http://localhost' });
  const searchAccounts: Profile['searchAccounts'] = async (...search) => {
    if (isAllDown) throw new FaceError('profile_unavailable', { status: 429 });
    return await testPeople.profile.searchAccounts(...search);
  };
  const ofTrial = { ...testPeople.profile, searchAccounts };
  connections.set('trial', { ...trial, policy: defaultPolicy, profile: ofTrial });
  return started;
});
const hasInvitation = async (page: Page) => (await page.getByRole('button', { name: 'Invite' }).count()) > 0;

inBrowser('a person of a connection that is not configured has no actions, and the page says why', async () => {
  const page = await visit('/people/former/ada');
  await page.getByText('The configuration has no connection former.').waitFor();
  expect(await hasInvitation(page)).toBe(false);
});

inBrowser('an ID for which the provider returns no name cannot be invited, and the page says why', async () => {
  const warning = 'okta returned no name for this ID, so no one can be invited. Check the ID.';
  const page = await visit('/people/okta/absent');
  await page.getByText(warning).waitFor();
  expect(await hasInvitation(page)).toBe(false);
  expect(await page.getByText('invite them to enrol').count()).toBe(0);
  await page.goto(`http://localhost:${operated().server.port}/console/people/okta/ada`);
  await page.getByText('Not enrolled.', { exact: true }).waitFor();
  await page.getByRole('heading', { name: 'ada@example.com' }).waitFor();
  expect(await page.getByText(warning).count()).toBe(0);
  expect(await hasInvitation(page)).toBe(true);
});

inBrowser('the page of a test person shows their checks, and no advice to enrol them', async () => {
  const detail = { stepUpId: 's', test: true } as const;
  await fillLedger(operated().server, [
    { event: { action: 'test_passed', connection: 'trial', subject: 'pass@', detail }, hoursAgo: 1 },
  ]);
  const page = await visit('/people/trial/pass@');
  await page.getByText(/^This is a test person/).waitFor();
  await page.getByText('Test check passed').waitFor();
  expect(await page.getByText('Last check').count()).toBe(0);
  expect(await page.getByText('invite them to enrol').count()).toBe(0);
  expect(await hasInvitation(page)).toBe(false);
  await page.goto(`http://localhost:${operated().server.port}/console/people/trial/other%40`);
  await page.getByText('trial returned no name for this ID, so no one can be invited. Check the ID.').waitFor();
  expect(await page.getByText('This is a test person').count()).toBe(0);
});

inBrowser('a search that a provider did not answer does not report that no one was found', async () => {
  const page = await visit('/people?find=zoe');
  await page.getByText('No user found at any connection.').waitFor();
  isProviderDown = true;
  await page.goto(`http://localhost:${operated().server.port}/console/people?find=yann`);
  await page.getByText('Names unavailable from: okta.').waitFor();
  await page.getByText('No user found at the connections that answered.').waitFor();
  isAllDown = true;
  await page.goto(`http://localhost:${operated().server.port}/console/people?find=xaver`);
  await page.getByText('trial limited the number of requests. Search again in a minute.').waitFor();
  await page.getByText('No connection answered completely, so users may be missing. Search again.').waitFor();
  expect(await page.getByText('No user found at any connection.').count()).toBe(0);
});

inBrowser('without an enrolment, the list says so; a search offers to invite users, and no test people', async () => {
  const page = await visit('/people');
  await page.getByText('No one is enrolled.').waitFor();
  await page.getByLabel('Find a person').fill('ex');
  await page.getByRole('button', { name: 'Find', exact: true }).click();
  const rowOf = (login: string) => page.getByRole('row').filter({ hasText: login });
  await rowOf('ada@example.com').getByRole('button').waitFor({ timeout: 20_000 });
  expect(await rowOf('expire@test.invalid').getByRole('button').count()).toBe(0);
  expect(await rowOf('expire@test.invalid').count()).toBe(1);
});

inBrowser('actions of administrators are not counted as refused attempts of the person', async () => {
  const about = { connection: 'okta', subject: 'ada' } as const;
  const vouched = { stepUpId: 'v', outcome: 'expired', by: 'owner' } as const;
  const denied = { id: 'r', by: 'owner' };
  await fillLedger(operated().server, [
    { event: enrolledAt('okta', 'ada'), hoursAgo: 5 },
    { event: { action: 'vouched', ...about, detail: vouched }, hoursAgo: 2 },
    { event: { action: 'recovery_denied', ...about, detail: denied }, hoursAgo: 1 },
  ]);
  const page = await visit('/people/okta/ada');
  await page.getByText('Recovery refused by an administrator').waitFor();
  await page.getByText('No problem found: enrolled, not locked out').waitFor();
});

inBrowser('without a connection, no campaign can be planned, and the page says so', async () => {
  const empty = await startOperatedServer(
    { ...company(), toConnections: () => [] },
    { dataFolder: createFolder('console-no-connection'), given: { issuer: 'http://localhost' } },
  );
  const page = await visit('/campaigns', empty);
  await page.getByText('A campaign needs a connection. Connect a provider first.').waitFor();
  expect(await page.getByRole('button', { name: 'Plan' }).count()).toBe(0);
});

inBrowser(
  'a link of an administrator is shown as such, and replaces the advice to invite until it expires',
  async () => {
    const about = { connection: 'okta', subject: 'ada' } as const;
    const detail = { stepUpId: 's', purpose: 'enrol' } as const;
    await fillLedger(operated().server, [
      { event: { action: 'step_up_started', ...about, detail: { ...detail, by: 'owner' } }, hoursAgo: 1 },
    ]);
    const page = await visit('/people/okta/ada');
    await page.getByText('Requested by an administrator').waitFor();
    expect(await page.getByText('Face check or enrolment started').count()).toBe(0);
    const advice = page.getByText('Verify the person, then invite them to enrol.');
    await page.getByText(/^An administrator requested a link: .*Invite the person again only if/).waitFor();
    expect(await advice.count()).toBe(0);
    await fillLedger(operated().server, [{ event: { action: 'step_up_expired', ...about, detail }, hoursAgo: 0.5 }]);
    await page.reload();
    await page.getByText('Expired or replaced').waitFor();
    await advice.waitFor();
  },
);

inBrowser('the purpose of a link stays as chosen after the link was created', async () => {
  const page = await visit('/people/okta/ada');
  await page.getByText('Create a link instead').click();
  const purpose = page.getByLabel('Purpose');
  await purpose.selectOption('manage');
  await page.getByText('No events yet.').waitFor();
  const logged = page.waitForRequest(/people\/checks/);
  await page.getByRole('button', { name: 'Create link' }).click();
  await page.getByText(/Opens once, until/).waitFor();
  await logged;
  expect(await purpose.inputValue()).toBe('manage');
});

inBrowser(
  'a connection of test people has no set-up, and help requests that no policy allows are explained',
  async () => {
    const page = await visit('/connections/trial');
    const parts = page.getByRole('navigation', { name: 'trial' });
    await parts.getByRole('link', { name: 'Settings' }).waitFor();
    expect(await parts.getByRole('link', { name: 'Setup' }).count()).toBe(0);
    await page.goto(`http://localhost:${operated().server.port}/console/help-desk`);
    await page.getByRole('link', { name: 'Help requests' }).click();
    await page.getByText('No connection’s policy allows help requests (helpRequests).').waitFor();
  },
);
