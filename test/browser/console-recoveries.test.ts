import { expect } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { texts as en } from '../../locales/compiled/console/help-desk/en.js';
import { texts as home } from '../../locales/compiled/console/home/en.js';
import { texts as ledger } from '../../locales/compiled/console/ledger/en.js';
import { texts as people } from '../../locales/compiled/console/people/en.js';
import { recoveryGuard } from '../../src/config/recovery.js';
import { addSec } from '../../src/core/units.js';
import { createTestConnection } from '../../support/benches/core.js';
import { expectAccessible, expectWithinReach } from '../../support/browser/accessibility.js';
import { inBrowser, useBrowser, useShared } from '../../support/browser/page-suite.js';
import { waitForApproval } from '../../support/data/recoveries.js';
import { createMemoryProfile, findEveryGroup } from '../../support/fakes/simulated-profile.js';
import { setupOf } from '../../support/fakes/upkeep.js';
import { adminKey, startApiServer } from '../../support/servers/api-server.js';
import { visitConsole } from './console-visitor.js';

/* The help desk approves and refuses account recoveries, and sends links to begin one. */

const { recoveries: words } = en;

const browser = useBrowser('none');
const stage = useShared(async () => {
  const recovery = { policy: recoveryGuard.parse({ mode: 'on' }), issuer: null, findGroupIds: findEveryGroup };
  const people = createMemoryProfile(['ada', 'ben', 'eve', 'joan', 'kay']);
  const acme = createTestConnection({ id: 'acme', kind: 'okta', profile: people, recovery });
  const off = createTestConnection({ id: 'off', kind: 'okta', profile: createMemoryProfile(['ada']) });
  // The server was not restarted after the configuration changed.
  const stale = createTestConnection({ id: 'stale', kind: 'okta', profile: createMemoryProfile(['ada']) });
  const connections = new Map([acme, off, stale].map((each) => [each.id, each]));
  const server = await startApiServer({
    issuer: 'http://localhost',
    connections,
    setup: () => setupOf([acme, off, { ...stale, recovery }]),
  });
  return server;
});

const toUrl = (path: string): string => `http://localhost:${stage().port}/console${path}`;
const visit = (path: string) => visitConsole(browser(), `http://localhost:${stage().port}`, { key: adminKey, path });
const rowOf = (page: Page, subject: string): Locator => page.getByRole('row').filter({ hasText: `${subject}@example` });
const dialogueOf = (page: Page): Locator => page.getByRole('alertdialog');

inBrowser('the help desk approves a recovery by keyboard, with the number that the person reads out', async () => {
  const { deps } = stage();
  const { number } = await waitForApproval({ connection: 'acme', subject: 'joan' }, deps);
  const { page, complaints, close } = await visit('');
  await page.getByRole('link', { name: home.toDo.recoveriesWaiting({ count: '1' }) }).click();
  const row = rowOf(page, 'joan');
  await row.getByText(words.stages.approval).waitFor();
  await row.getByText(words.approvals({ count: '0', needed: '1' })).waitFor();
  await row.getByText(words.things.help_desk).waitFor();
  expect(await row.getByRole('link').getAttribute('href')).toBe('/console/people/acme/joan');
  await row.getByRole('button', { name: `${words.approve.label}: joan@example.com` }).focus();
  await page.keyboard.press('Enter');
  const dialogue = dialogueOf(page);
  await dialogue.getByText(words.approve.text).waitFor();
  await expectAccessible(page, 'approve');
  const type = async (text: string): Promise<void> => {
    await dialogue.getByLabel(words.approve.number).focus();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type(text);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
  };
  await type('47');
  await dialogue.getByText(words.approve.digits).waitFor();
  await type('4712');
  await dialogue.getByText('recovery_number_wrong').waitFor();
  await type(number);
  await row.getByText(words.stages.ready).waitFor();
  await row.getByText(words.approvals({ count: '1', needed: '1' })).waitFor();
  const approved = stage().audit.events.filter(({ action }) => action === 'recovery_approved');
  expect(approved).toMatchObject([{ subject: 'joan', detail: { by: 'owner' } }]);
  // The browser reports the refused request.
  expect(complaints.filter((line) => !/Failed to load resource/.test(line))).toEqual([]);
  await close();
});

inBrowser('the list says in words what each recovery waits for and why one was refused, at two widths', async () => {
  const { deps } = stage();
  const now = deps.clock.now();
  const grace = { byId: 'key:grace', by: 'grace' };
  const list = (subject: string, given: Parameters<typeof waitForApproval>[2]) =>
    waitForApproval({ connection: 'acme', subject }, deps, given);
  await list('ada', {
    secondThing: 'phone',
    to: (proof) => ({ kind: 'refused', proof, reason: 'recovery_too_soon' }),
  });
  await list('ben', { isPrivileged: true, begunBy: grace, approvals: [{ byId: 'key:first', by: 'owner' }] });
  await list('eve', {
    isPrivileged: true,
    secondThing: 'manager',
    approvals: [grace, grace],
    to: (proof) => ({
      kind: 'delay',
      proof: { ...proof, delay: { notBefore: addSec(now, 3600), told: [], tellAgain: null } },
      sending: null,
    }),
  });
  await list('kay', {});
  const { page, complaints, close } = await visit('/help-desk/recoveries');
  await rowOf(page, 'ada').getByText(words.outcomes.refused).waitFor();
  await rowOf(page, 'ada').getByText(ledger.codes.recovery_too_soon).waitFor();
  expect(await rowOf(page, 'ada').getByRole('button').count()).toBe(0);
  for (const text of [
    words.privileged,
    words.another,
    words.by({ name: 'grace' }),
    words.approvals({ count: '1', needed: '2' }),
  ])
    await rowOf(page, 'ben').getByText(text, { exact: true }).waitFor();
  await rowOf(page, 'eve').getByText(words.stages.delay).waitFor();
  await rowOf(page, 'eve')
    .getByText(/Not before /)
    .waitFor();
  for (const [width, height] of [
    [1280, 800],
    [390, 844],
  ] as const) {
    await page.setViewportSize({ width, height });
    await expectWithinReach(page);
    await expectAccessible(page, `recoveries, ${width}`);
  }
  await rowOf(page, 'kay')
    .getByRole('button', { name: `${words.refuse.label}: kay@example.com` })
    .click();
  await dialogueOf(page).getByText(words.refuse.text).waitFor();
  await expectAccessible(page, 'refuse');
  await dialogueOf(page).getByRole('button', { name: words.refuse.label }).click();
  await rowOf(page, 'kay').getByText(words.outcomes.revoked).waitFor();
  expect(complaints).toEqual([]);
  await close();
});

inBrowser('the help desk sends a recovery link from a person’s page, and sees where recovery is off', async () => {
  stage().outbox.push('email');
  const { page, complaints, close } = await visit('/people/acme/ada');
  await page.getByRole('link', { name: people.recoveryLink }).click();
  await page.getByText('ada@example.com').first().waitFor();
  await page.getByLabel(en.calls.send).selectOption(en.calls.ways.none);
  await page.getByRole('button', { name: words.send.submit }).click();
  const link = page.getByLabel(words.send.link, { exact: true });
  expect(await link.inputValue()).toMatch(/^http:\/\/localhost\/recover\/acme/);
  await expectAccessible(page, 'a recovery link');
  await page.getByLabel(en.calls.send).selectOption(en.calls.ways.email);
  await page.getByRole('button', { name: words.send.submit }).click();
  await page.getByText('Written to the outbox', { exact: true }).waitFor();
  expect(stage().messages.at(-1)).toMatchObject({ channel: 'email', to: 'ada@example.com' });
  await page.goto(toUrl('/people/off/ada'));
  await page.getByRole('link', { name: people.verifyCaller }).waitFor();
  expect(await page.getByRole('link', { name: people.recoveryLink }).count()).toBe(0);
  await page.goto(toUrl('/help-desk/recoveries?connection=off&subject=ada'));
  await page.getByText(words.send.off).waitFor();
  expect(await page.getByRole('button', { name: words.send.submit }).count()).toBe(0);
  expect(complaints).toEqual([]);
  await page.goto(toUrl('/help-desk/recoveries'));
  const choice = page.getByLabel(en.person.connection);
  await choice.waitFor();
  expect(await choice.locator('option').allTextContents()).toEqual(['acme', 'stale']);
  await choice.selectOption('stale');
  await page.getByLabel(en.person.login).fill('ada@example.com');
  await page.getByRole('button', { name: words.send.submit }).click();
  await page.getByRole('alert').getByText(words.send.off).waitFor();
  await choice.selectOption('acme');
  await page.getByLabel(en.person.login).fill('ada@example.com');
  await page.getByLabel(en.calls.send).selectOption(en.calls.ways.none);
  await page.getByRole('button', { name: words.send.submit }).click();
  await page.getByLabel(`${words.send.link}: ada@example.com`).waitFor();
  await close();
});
