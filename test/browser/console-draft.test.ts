import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect } from '@jest/globals';
import { type Service, startService } from '../../examples/demo/service.js';
import { hasChromium } from '../../support/browser/chromium.js';
import { inBrowser, useBrowser } from '../../support/browser/page-suite.js';
import { unreachedOkta } from '../../support/data/okta-clients.js';
import { until } from '../../support/run/eventually.js';
import { createFolder } from '../../support/run/folder.js';
import { modelsFolder } from '../../support/run/paths.js';
import { type ConsoleVisitor, visitConsole } from './console-visitor.js';

/* A rule that an owner adds in the console: draft, differences, activation, and the way back. */

const adminKey = `fsa_${'k'.repeat(32)}`;
const browser = useBrowser('none');
let file: string;
let service: Service;
let visitor: ConsoleVisitor;
const policy = { mode: 'shadow' };
const rule = { name: 'Pilot', when: { groups: ['pilot'] }, mode: 'enforce', whenUnknown: 'policy' };
if (hasChromium) {
  beforeEach(async () => {
    const folder = createFolder('console-draft');
    file = `${folder}.json`;
    const config = {
      modelsFolder,
      adminKey,
      configurationFolder: `${folder}-versions`,
      verifier: { kind: 'embedded', workers: 1 },
      connections: [{ id: 'work', kind: 'okta', policy, okta: unreachedOkta, me: {} }],
    };
    writeFileSync(file, JSON.stringify(config, null, 2));
    service = await startService({ PORT: '0', FACESTEP_DATA: folder, FACESTEP_CONFIG: file }, `${folder}.log`);
  });
  afterEach(async () => {
    await visitor.close();
    await service.stop();
  });
}

inBrowser(
  'an owner adds a rule as a draft, sees the difference, activates it, and restores the version before',
  async () => {
    const before = readFileSync(file, 'utf8');
    visitor = await visitConsole(browser(), service.url.replace('127.0.0.1', 'localhost'), { key: adminKey });
    const { page } = visitor;
    await page.getByRole('navigation').first().getByRole('link', { name: 'Connections' }).click();
    await page.getByRole('link', { name: 'work', exact: true }).click();
    await page.getByRole('navigation', { name: 'work' }).getByRole('link', { name: 'Rollout' }).click();
    await page.getByRole('link', { name: 'Enforce for one group first, with a rule' }).click();
    const addRule = page.getByRole('button', { name: 'Add to Rules', exact: true });
    await until(async () => ((await addRule.boundingBox())?.y ?? 9999) < 700);
    const section = page.getByRole('region', { name: 'Policy, rules, networks and return addresses' });
    const editor = section.getByRole('textbox', { name: 'Policy, rules, networks and return addresses' });
    await section.getByRole('button', { name: 'As JSON' }).click();
    expect(JSON.parse(await editor.inputValue())).toEqual(policy);
    await editor.fill('{ "mode": ');
    await page.getByRole('button', { name: 'Save the policy in the draft' }).click();
    await page.getByText('settings: The text is not a JSON object.').waitFor();
    await editor.fill(JSON.stringify({ ...policy, rules: [rule, rule] }));
    await page.getByRole('button', { name: 'Save the policy in the draft' }).click();
    await page.getByText('two rules have the name "Pilot"').waitFor();
    await editor.fill(JSON.stringify(policy));
    await page.getByRole('button', { name: 'Save the policy in the draft' }).click();
    await page.getByText('The draft cannot be activated').waitFor({ state: 'detached' });
    await section.getByRole('button', { name: 'Form' }).click();
    await addRule.click();
    await page.keyboard.type(rule.name);
    const addGroup = section.getByRole('button', { name: 'Add to Groups', exact: true });
    for (const group of ['other', 'pilot']) {
      await addGroup.click();
      await page.keyboard.type(group);
    }
    await section.getByRole('button', { name: 'Move Groups 1 down' }).press('Enter');
    await page.keyboard.press('Enter');
    await section.getByRole('button', { name: 'Remove Groups 2' }).press('Enter');
    await addGroup.and(page.locator(':focus')).waitFor();
    const pilot = section.getByRole('group', { name: rule.name, exact: true });
    await pilot.getByLabel('Mode').selectOption('enforce');
    await pilot.getByLabel('When unknown').selectOption('policy');
    await section.getByRole('button', { name: 'Save the policy in the draft' }).click();
    await page.getByRole('rowheader', { name: 'work.policy.rules' }).waitFor();
    await page.getByRole('button', { name: 'Preview the rules of work' }).click();
    await page.getByText('Evaluated for the 0 sign-ins of 0 users since').waitFor();
    await page.getByRole('link', { name: 'Connections' }).first().click();
    await page.getByText('A draft waits to be activated.').waitFor();
    await page.getByRole('link', { name: 'Open the draft' }).click();
    await page.getByLabel('Reason').fill('pilot group');
    await page.getByRole('button', { name: 'Activate the draft' }).click();
    await page.getByText('This server has loaded the new version of the configuration file.').waitFor();
    expect(JSON.parse(readFileSync(file, 'utf8')).connections[0].policy).toEqual({
      ...policy,
      rules: [rule],
    });
    await page.getByRole('cell', { name: 'Before the first change in the console' }).waitFor();

    await section.getByLabel('Freshness (seconds)').first().fill('60');
    await page.getByRole('button', { name: 'Save the policy in the draft' }).click();
    await page.getByRole('button', { name: 'Discard the draft' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Discard' }).click();
    await page.getByText('The draft was discarded.').waitFor();
    expect(await page.getByText('has loaded the new version').count()).toBe(0);

    await page.getByRole('button', { name: 'Compare with the file' }).click();
    await page.getByRole('heading', { name: 'Restore version 1 (Before the first change in the console)' }).waitFor();
    await page.getByRole('row').filter({ hasText: 'connections.work.policy.rules' }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Compare with the file' }).click();
    await page.getByText('The whole file is replaced').waitFor();
    await page.getByLabel('Reason').fill('too early');
    await page.getByRole('button', { name: 'Restore this version' }).click();
    await page.getByRole('cell', { name: 'too early' }).waitFor();
    expect(readFileSync(file, 'utf8')).toBe(before);
  },
);

inBrowser('an owner changes the liveness, and adds a webhook with a generated secret, by the form', async () => {
  visitor = await visitConsole(browser(), service.url.replace('127.0.0.1', 'localhost'), { key: adminKey });
  const { page } = visitor;
  await page.getByRole('navigation').first().getByRole('link', { name: 'Connections' }).click();
  await page.getByRole('link', { name: 'work', exact: true }).click();
  await page.getByRole('navigation', { name: 'work' }).getByRole('link', { name: 'Settings' }).click();
  await page.getByLabel('Liveness', { exact: true }).selectOption('movement');
  await page.getByRole('button', { name: 'Save the policy in the draft' }).click();
  await page.getByRole('rowheader', { name: 'work.policy.liveness' }).waitFor();
  await page.getByRole('navigation').first().getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Server' }).click();
  await page.getByRole('button', { name: 'Add to Webhooks', exact: true }).click();
  await page.getByRole('group', { name: 'Webhooks 1' }).getByLabel('Id').fill('crm');
  const hook = page.getByRole('group', { name: 'crm', includeHidden: true });
  await hook.getByLabel('Url').fill('https://crm.example.com/events');
  await hook.getByRole('button', { name: 'Generate Secret' }).click();
  expect(await hook.getByLabel('Secret', { exact: true }).inputValue()).toMatch(/^whsec_.{44}$/);
  await page.getByRole('button', { name: 'Save the server settings in the draft' }).click();
  await page.getByRole('rowheader', { name: 'webhooks', exact: true }).waitFor();
  await page.getByLabel('Reason').fill('a receiver');
  await page.getByRole('button', { name: 'Activate the draft' }).click();
  await page.getByText('This server has loaded the new version of the configuration file.').waitFor();
  expect(await hook.getByLabel('Secret', { exact: true }).inputValue()).toBe('');
  const written = JSON.parse(readFileSync(file, 'utf8'));
  expect(written.connections[0].policy).toEqual({ ...policy, liveness: 'movement' });
  expect(written.webhooks).toEqual([
    { id: 'crm', url: 'https://crm.example.com/events', secret: { sealed: expect.objectContaining({ by: 'owner' }) } },
  ]);
});
