import { expect } from '@jest/globals';
import type { Connection } from '../../src/core/connection.js';
import type { SignInRule } from '../../src/core/rules/rule.js';
import { createSignInRules } from '../../src/step-up/evaluate-sign-in.js';
import { defaultPolicy } from '../../support/benches/core.js';
import { inBrowser } from '../../support/browser/page-suite.js';
import { createMemoryProfile, findEveryGroup } from '../../support/fakes/simulated-profile.js';
import { createFolder } from '../../support/run/folder.js';
import { type Company, startOperatedServer } from '../../support/servers/operated-server.js';
import { useOperatedConsole } from './operated-console.js';

/* Rules for sign-ins in the console: which enforce, the rule for one sign-in, and the way to stop them. */

const rules: readonly SignInRule[] = [
  { name: 'Pilot', when: { groups: ['Pilot'] }, outcome: 'face', mode: 'enforce', whenUnknown: 'policy' },
  { name: 'Office', when: { applications: ['mail'] }, outcome: 'none', mode: 'enforce', whenUnknown: 'policy' },
  { name: 'Abroad', when: { networks: ['abroad'] }, outcome: 'deny', mode: 'shadow', whenUnknown: 'policy' },
];
const networks = { abroad: ['198.51.100.0/24'] };

const { operated, visit } = useOperatedConsole(async (company) => {
  const toConnections: Company['toConnections'] = (...given) =>
    company.toConnections(...given).map((each) => ({ ...each, policy: { ...each.policy, rules, networks } }));
  const connections = new Map<string, Connection>();
  const dataFolder = createFolder('console-rules');
  const given = { issuer: 'http://localhost', connections };
  const started = await startOperatedServer({ ...company, toConnections }, { dataFolder, given });
  const profile = { ...createMemoryProfile(['anna']), readGroups: async () => [{ id: 'g-1', name: 'Pilot' }] };
  const policy = { ...defaultPolicy, mode: 'shadow' as const, rules, networks };
  const okta: Connection = { id: 'okta', kind: 'okta', profile, policy };
  connections.set('okta', {
    ...okta,
    signInRules: createSignInRules({ ...okta, findGroupIds: findEveryGroup }, started.server.deps),
  });
  return started;
});

inBrowser('the rules are listed with the rule for a sign-in, and a switch to shadow mode stops them', async () => {
  const page = await visit();
  await page.getByRole('navigation').first().getByRole('link', { name: 'Connections' }).click();
  await page.getByRole('link', { name: 'okta', exact: true }).click();
  const found = 'Shadow; rules that enforce: Pilot; rules that allow sign-ins without a check: Office';
  await page.getByText(found).first().waitFor();
  await page.getByRole('navigation', { name: 'okta' }).getByRole('link', { name: 'Settings' }).click();
  const rows = page.getByRole('table', { name: 'Rules' }).getByRole('row');
  await rows.nth(3).waitFor();
  expect(await rows.nth(1).textContent()).toMatch(/PilotGroups: PilotFace checkEnforce/);
  expect(await rows.nth(3).textContent()).toMatch(/AbroadNetworks: abroadRefuseShadow/);
  await page.getByLabel('Sign-in name or id of the user').fill('anna');
  await page.getByLabel('IP address (optional)').fill('198.51.100.7');
  await page.getByRole('button', { name: 'Find the rule' }).click();
  await page.getByText('A face check is needed, by the rule Pilot.').waitFor();
  await page.getByText('Abroad: matches (Networks: yes)').waitFor();
  await page.getByLabel('Sign-in name or id of the user').fill('no one');
  await page.getByRole('button', { name: 'Find the rule' }).click();
  await page.getByRole('alert').waitFor();
  expect(await page.getByText('Abroad: matches (Networks: yes)').count()).toBe(0);

  await page.getByRole('link', { name: 'Rollout' }).click();
  await page.getByRole('button', { name: /shadow/i }).click();
  await page
    .getByRole('alertdialog')
    .getByRole('button', { name: /shadow/i })
    .click();
  await page.getByRole('button', { name: 'Activate the mode of the file' }).click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByText(found).waitFor();
  await dialog.getByRole('button', { name: 'Activate the mode of the file' }).click();
  await page.getByText(found).first().waitFor();
});

inBrowser(
  'in enforce mode with a rule that allows sign-ins without a check, no screen says that all are refused',
  async () => {
    await operated().post('/connections/okta/mode', { mode: 'enforce', isSure: true });
    const page = await visit();
    const named = page.getByText('Enforce; rules that allow sign-ins without a check: Office');
    await page.getByRole('navigation').first().getByRole('link', { name: 'Connections' }).click();
    const row = page.getByRole('row').filter({ hasText: 'okta' });
    await row.getByText('allow sign-ins without a check').waitFor();
    await page.getByRole('link', { name: 'okta', exact: true }).click();
    await named.first().waitFor();
    await page.getByRole('link', { name: 'Rollout' }).click();
    await named.last().waitFor();
    expect(await page.locator('[data-light=ok]').filter({ hasText: 'Enforce' }).count()).toBe(0);
    expect(await page.getByText('This connection refuses users who have not passed').count()).toBe(0);
  },
);

inBrowser('the filter of people keeps the status “Any”, and a group selects it', async () => {
  const page = await visit();
  await page.getByRole('navigation').first().getByRole('link', { name: 'People' }).click();
  await page.getByText('Filter', { exact: true }).click();
  const status = page.getByLabel('Status', { exact: true });
  expect(await status.inputValue()).toBe('enrolled');
  await page.getByLabel('Group', { exact: true }).fill('Pilot');
  expect(await status.inputValue()).toBe('any');
  await page.getByLabel('Group', { exact: true }).fill('');
  await status.selectOption('any');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await page.waitForURL(/status=any/);
  expect(await status.inputValue()).toBe('any');
});
