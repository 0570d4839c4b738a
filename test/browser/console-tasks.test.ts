import { expect } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { addAdministrator } from '../../src/access/administrators.js';
import type { Directory } from '../../src/core/ports.js';
import { addSec, toIso } from '../../src/core/units.js';
import { FaceError } from '../../src/errors.js';
import { toDirectory } from '../../support/benches/campaign-bench.js';
import { createTestConnection } from '../../support/benches/core.js';
import { enrolDrawn } from '../../support/benches/drawn-face.js';
import { inBrowser, useBrowser, useShared } from '../../support/browser/page-suite.js';
import { enrolledAt, fillLedger } from '../../support/data/ledgered.js';
import { createMemoryProfile } from '../../support/fakes/simulated-profile.js';
import { eventually } from '../../support/run/eventually.js';
import { adminKey, startApiServer } from '../../support/servers/api-server.js';
import { doubtfulDelivery, invited, runCampaigns } from './console-campaigns.js';
import { inDialogue, visitHome } from './console-home.js';

/* What administrators and a help desk do every week, from the first screen to the end, counted in clicks. */

const refusedRequest = 'a1'.repeat(12);
const profile = createMemoryProfile(['ada', 'berta', 'clara', 'dora', ...invited]);
const policy = { organisation: 'Example & Co' };
const acme = createTestConnection({ id: 'acme', kind: 'okta', profile, policy });
/** Group members of Okta, which has no group `Everyone`. */
const known = toDirectory(new Map([['Staff of Berlin', ['ada']]]), () => false);
const groups: Directory = {
  ...known,
  async *listMembers(group) {
    if (group !== 'Staff of Berlin') throw new FaceError('not_found');
    yield* known.listMembers(group);
  },
};
const outbox: 'email'[] = [];
const browser = useBrowser('none');
const stage = useShared(async () => {
  const server = await startApiServer({
    issuer: 'http://localhost',
    connections: new Map([['acme', acme]]),
    delivery: { ...doubtfulDelivery, outbox },
    directories: new Map([['acme', async () => groups]]),
  });
  const campaigns = runCampaigns(() => server.deps);
  const desk = { name: 'desk', role: 'help-desk', lifeSec: 3600 } as const;
  const { credential } = await addAdministrator(desk, { name: 'owner' }, server.deps);
  const ada = { connection: 'acme', subject: 'ada' };
  await fillLedger(server, [
    { event: enrolledAt('acme', 'ada'), hoursAgo: 200 },
    { event: enrolledAt('acme', 'clara'), hoursAgo: 190 },
    { event: enrolledAt('acme', 'dora'), hoursAgo: 180 },
    { event: { action: 'verified', ...ada, detail: { tokenId: 't', seconds: 12 } }, hoursAgo: 30 },
    {
      event: { action: 'verification_refused', ...ada, detail: { tokenId: 't' } },
      hoursAgo: 24,
      request: refusedRequest,
    },
    {
      event: { action: 'locked_out', ...ada, detail: { level: 1, until: toIso(addSec(server.clock.now(), 3600)) } },
      hoursAgo: 1,
    },
    {
      event: { action: 'hook_decided', ...ada, detail: hookDecided },
      hoursAgo: 0.5,
    },
    {
      event: { action: 'action_approved', ...ada, detail: approved },
      hoursAgo: 0.25,
    },
  ]);
  return {
    server,
    campaigns,
    origin: `http://localhost:${server.port}`,
    helpDeskKey: credential.use((text) => text),
  };
});
const approved = { stepUpId: 's', actionDigest: 'ab'.repeat(32), title: '<img src=x> ادفع' };
const hookDecided = { hook: 'token', outcome: 'unverified', fallback: 'deny', reason: 'no_check' } as const;

const enrol = (subject: string) =>
  enrolDrawn(
    { connection: acme, subject, consent: { statement: 'consent-1 (en)', givenAt: stage().server.clock.now() } },
    stage().server.deps,
  );

/** An administrator at the first screen, or someone else by their key. */
async function visit(key?: string) {
  const home = await visitHome(browser(), stage().origin, key);
  return {
    ...home,
    /** From the first screen to one person. */
    async find(text: string): Promise<void> {
      await home.page.getByLabel('Find a person').fill(text);
      await home.click(home.page.getByRole('button', { name: 'Find', exact: true }));
      await home.page.getByRole('heading', { level: 1, name: text.split('@')[0] ?? text }).waitFor();
    },
  };
}

const rowOf = (page: Page, text: string): Locator => page.getByRole('row').filter({ hasText: text });

inBrowser('the home page of the help desk lists locked-out people, and no task that others do', async () => {
  const noBackup = /No backup yet/;
  const owner = await visit(adminKey);
  await owner.page.getByText(noBackup).waitFor();
  await owner.leave();
  const { page, leave } = await visit(stage().helpDeskKey);
  const table = page.getByRole('table', { name: 'Locked out now' });
  await table.getByRole('row').nth(1).getByText('ada@example.com').waitFor();
  await page.getByText('Nothing needs your attention.').waitFor();
  expect(await page.getByText(noBackup).count()).toBe(0);
  await leave();
});

inBrowser(
  'the console shows a help-desk agent the reason of a user’s refused check, and no list of enrolled users',
  async () => {
    const { page, find, leave } = await visit(stage().helpDeskKey);
    expect(await page.getByRole('link', { name: 'Log', exact: true }).count()).toBe(0);
    await find('ada@example.com');
    await page.getByRole('heading', { name: 'ada@example.com', level: 1 }).waitFor();
    const refused = rowOf(page, 'Face check failed').first();
    expect(await refused.textContent()).toContain('The face does not match the enrolment.');
    await refused.getByRole('button', { name: /^Details: / }).click();
    const events = page.getByRole('row').filter({ has: page.getByRole('list') });
    expect(await events.textContent()).toContain(refusedRequest);
    expect(await events.textContent()).not.toContain('face_mismatch');
    expect(await rowOf(page, 'Sign-in refused').textContent()).toContain('No recent passed face check.');
    // What an application had her asked is text, and turns nothing around.
    expect(await rowOf(page, 'Approved an action').locator('bdi').allTextContents()).toContain(approved.title);
    expect(await page.locator('main img').count()).toBe(0);
    await page.getByRole('link', { name: '← All people' }).click();
    await page.getByLabel('Find a person').waitFor();
    expect(await page.getByRole('heading', { name: 'Enrolled users' }).count()).toBe(0);
    await leave();
  },
);

inBrowser('an administrator erases a person and gets a receipt', async () => {
  await enrol('dora');
  const { page, click, find, confirm, leave } = await visit();
  await find('dora');
  await click(page.getByRole('button', { name: 'Erase' }));
  await confirm('Erase');
  expect(await page.getByLabel('Erasure receipt').inputValue()).toMatch(/^eyJ/);
  expect(profile.attributes.get('dora')).toBeNull();
  await leave();
});

const drawing =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 40"><rect x="5" y="5" width="190" height="30" fill="#7a1fa2"/></svg>';

inBrowser('the console shows the size of a planned campaign, starts it, and stops it', async () => {
  await stage().campaigns.plan('Autumn');
  const { page, click, open, confirm, leave } = await visit();
  await open('People', 'Campaigns');
  await click(page.getByRole('link', { name: 'Autumn' }));
  await page.getByText('E-mails planned: 5.').waitFor();
  await click(page.getByRole('button', { name: 'Start' }));
  await page.getByText('E-mails to send: 5. Each has a link that is valid for 14 days.').waitFor();
  await page.getByText('Sent e-mails cannot be recalled.').waitFor();
  await confirm('Start');
  await page.getByText('Enrolled: 0 of 5').waitFor();
  await page.getByText('Delivery unknown: 1.').waitFor();
  const sent = page.getByRole('row', { name: /user0/ });
  await sent.getByText('Sent', { exact: true }).waitFor();
  const before = await sent.textContent();
  stage().server.clock.advanceSec(120);
  await page.getByRole('button', { name: 'Remind now' }).click();
  await inDialogue(page, 'Remind now').click();
  await page.getByText('Reminders are being sent.').waitFor();
  stage().campaigns.wake();
  await eventually(async () => expect(await sent.textContent()).not.toBe(before));
  await page.getByRole('button', { name: 'Stop' }).click();
  await inDialogue(page, 'Stop').click();
  await page.getByRole('button', { name: 'Resume' }).waitFor();
  await leave();
});

inBrowser(
  'without a mail relay, each action that sends e-mails of a campaign says that they are only written',
  async () => {
    await stage().campaigns.plan('Winter');
    outbox.push('email');
    const { page, click, open, leave } = await visit();
    outbox.pop();
    await open('People', 'Campaigns');
    await click(page.getByRole('link', { name: 'Winter' }));
    await click(page.getByRole('button', { name: 'Start' }));
    const dialogue = page.getByRole('alertdialog');
    await dialogue.getByText('e-mails are written to outbox.jsonl and not sent').waitFor();
    expect(await dialogue.getByText('cannot be recalled').count()).toBe(0);
    await inDialogue(page, 'Start').click();
    await page.getByRole('button', { name: 'Remind now' }).click();
    await inDialogue(page, 'Remind now').click();
    await dialogue.waitFor({ state: 'detached' });
    await page.getByText('e-mails are written to outbox.jsonl and not sent').nth(1).waitFor();
    expect(await page.getByText('Reminders are being sent.').count()).toBe(0);
    for (const action of ['Remind now', 'Send again: Delivery unknown']) {
      await page.getByRole('button', { name: action }).click();
      await dialogue.getByText('e-mails are written to outbox.jsonl and not sent').waitFor();
      await inDialogue(page, 'Cancel').click();
    }
    await page.getByRole('button', { name: 'Stop' }).click();
    await inDialogue(page, 'Stop').click();
    await page.getByRole('button', { name: 'Resume' }).click();
    await dialogue.getByText('e-mails are written to outbox.jsonl and not sent').waitFor();
    await leave();
  },
);

inBrowser('an administrator finds a group by a part of its name, and sees that a group does not exist', async () => {
  const { page, click, open, leave } = await visit();
  await open('People', 'Campaigns');
  await page.getByLabel('Name', { exact: true }).fill('By group');
  const group = page.getByLabel('Group', { exact: true });
  await group.fill('staff');
  await page.locator('datalist option[value="Staff of Berlin"]').waitFor({ state: 'attached' });
  await group.fill('Everyone');
  await page.getByText('acme has no group with “Everyone” in its name.').waitFor();
  await click(page.getByRole('button', { name: 'Plan' }));
  await page.getByText(/acme has no group “Everyone”/).waitFor();
  await leave();
});

inBrowser('an administrator plans a campaign from a CSV file and customizes the e-mail', async () => {
  const { page, click, open, leave } = await visit();
  await open('People', 'Campaigns');
  await page.getByLabel('Name', { exact: true }).fill('By file');
  await click(page.getByLabel('A CSV file'));
  const lines = 'login,email,name\nuser0@example.com,,\n=cmd|x,,\nuser1@example.com,not an address,\n';
  await page
    .getByLabel('CSV file', { exact: true })
    .setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(lines) });
  await click(page.getByRole('button', { name: 'Plan' }));
  await page.getByText('E-mails planned: 1.').waitFor();
  await page.getByText('List of users (CSV)', { exact: true }).waitFor();
  await page.getByText('Begins like a spreadsheet formula: 1').waitFor();
  const row = page.getByRole('row').filter({ hasText: 'Invalid e-mail address' });
  expect(await row.getByRole('cell').first().textContent()).toBe('4');

  const letter = page.frameLocator('iframe');
  await letter.getByText('Hello Ada Lovelace').waitFor();
  await page.getByLabel('Text', { exact: true }).fill('Dear {nmae}\n\n<b>now</b>');
  await page.getByText('Unknown placeholders: {nmae}.').waitFor();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The form has an invalid value.').waitFor();
  await page.getByLabel('Text', { exact: true }).fill('Dear {name}\n\n<b>now</b>');
  await letter.getByText('Dear Ada Lovelace').waitFor();
  await letter.getByText('<b>now</b>').waitFor();
  await click(page.getByRole('button', { name: 'Save' }));
  await page.getByText('This e-mail has a custom text.').waitFor();
  expect(await page.getByLabel('Text', { exact: true }).inputValue()).toBe('Dear {name}\n\n<b>now</b>');
  await leave();
});

inBrowser('an e-mail preview has a sandbox policy, is served to the console’s frame only, and expires', async () => {
  const { page, leave } = await visit();
  const id = await stage().campaigns.plan('Shown');
  await page.goto(`${stage().origin}/console/campaigns/${id}`);
  const frame = page.locator('iframe');
  await page.frameLocator('iframe').getByText('Ada Lovelace').first().waitFor();
  expect(await frame.getAttribute('sandbox')).toBe('');
  const address = `${stage().origin}${await frame.getAttribute('src')}`;
  const same = await fetch(address, { headers: { 'sec-fetch-site': 'same-origin' } });
  const policy = (same.headers.get('content-security-policy') ?? '').split(';');
  for (const line of ["default-src 'none'", "frame-ancestors 'self'", 'sandbox']) expect(policy).toContain(line);
  expect(policy.join(';')).not.toMatch(/script-src|https?:/);
  for (const site of ['none', 'cross-site', 'same-site']) {
    const answer = await fetch(address, { headers: { 'sec-fetch-site': site } });
    expect([site, answer.status]).toEqual([site, 404]);
    await answer.text();
  }
  stage().server.clock.advanceSec(11 * 60);
  const late = await fetch(address, { headers: { 'sec-fetch-site': 'same-origin' } });
  expect(late.status).toBe(404);
  await late.text();
  await leave();
});

inBrowser('an administrator previews and publishes a brand, and restores the previous one', async () => {
  const { page, click, open, confirm, leave } = await visit();
  await open('Settings', 'Brand');
  const preview = page.frameLocator('iframe');
  await preview.locator('main[data-screen="consent"] h1').waitFor();
  await page.getByLabel('Organization name').fill('Harbour Clini');
  await preview.getByText('Harbour Clini').first().waitFor();
  // The preview that took the place of the former one did not take the focus.
  await page.keyboard.type('c');
  await preview.getByText('Harbour Clinic').first().waitFor();
  await page.getByLabel('Buttons and links (light mode)', { exact: true }).fill('#ffcc00');
  await click(page.getByRole('button', { name: /^Use #/ }));
  await page
    .getByLabel('Logo', { exact: true })
    .setInputFiles({ name: 'logo.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(drawing) });
  await preview.getByRole('img', { name: 'Harbour Clinic' }).waitFor();
  await click(page.getByRole('button', { name: 'Publish', exact: true }));
  await page.getByText('The capture page shows it within five seconds').waitFor();
  await confirm('Publish');
  await page.getByText('Published. Every').waitFor();
  const named = await stage().server.deps.brands.inForce();
  expect(named?.brand).toMatchObject({ organisation: 'Harbour Clinic', logo: { heightPx: 80 } });
  expect(named?.brand.accent).not.toBe('#ffcc00');
  expect(stage().server.audit.events.at(-1)).toMatchObject({ action: 'brand_changed', detail: { by: 'owner' } });

  await page.getByText('Custom texts').click();
  await page.getByLabel('Help link text').fill('Call us');
  await page.getByText('Remove: Logo').click();
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await inDialogue(page, 'Publish').click();
  await page.getByRole('button', { name: /^Publish: / }).waitFor();
  expect((await stage().server.deps.brands.inForce())?.brand).toMatchObject({
    logo: null,
    texts: { en: { help: 'Call us' } },
  });
  await page.getByRole('button', { name: /^Publish: / }).click();
  await inDialogue(page, 'Publish').click();
  await page.getByRole('img', { name: 'Logo: current' }).waitFor();
  expect((await stage().server.deps.brands.inForce())?.digest).toBe(named?.digest);
  await leave();
});
