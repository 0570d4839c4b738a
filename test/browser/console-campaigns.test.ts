import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { noteBounces } from '../../src/core/campaign/administer.js';
import { readCampaign } from '../../src/core/campaign/storage.js';
import { type ApiServer, startApiServer } from '../api-server.js';
import { defaultPolicy } from '../core.js';
import { createTestVerifier } from '../embedded.js';
import { eventually } from '../eventually.js';
import { createMemoryProfile } from '../simulated-profile.js';
import { hasChromium, launchChromium } from './chromium.js';
import { doubtfulDelivery, invited, runCampaigns } from './console-campaigns.js';
import { inDialogue, visitHome } from './console-home.js';

/* Many people invited at once, from the first screen to the end. */

const inBrowser = hasChromium ? test : test.skip;
let browser: Browser;
let server: ApiServer;
let origin: string;
let campaigns: ReturnType<typeof runCampaigns>;
const connections = new Map([
  [
    'acme',
    {
      ...{ id: 'acme', kind: 'okta', profile: createMemoryProfile(['ada', ...invited]), openStepUpRequest: null },
      policy: { ...defaultPolicy, organisation: 'Example & Co' },
    },
  ],
]);
if (hasChromium) {
  beforeAll(async () => {
    server = await startApiServer({
      ...{ verifier: createTestVerifier(), issuer: 'http://localhost', connections, delivery: doubtfulDelivery },
      wakeCampaigns: () => campaigns.wake(),
    });
    origin = `http://localhost:${server.port}`;
    campaigns = runCampaigns(() => server.deps);
    browser = await launchChromium({ camera: 'none' });
  });
  afterAll(async () => {
    await browser.close();
    await campaigns.close();
    await server.stop();
  });
}

inBrowser('a planned campaign is started, says before what it will do, and is followed', async () => {
  await campaigns.plan('Autumn');
  const { page, click, open, confirm, leave } = await visitHome(browser, origin);
  await open('Campaigns');
  await click(page.getByRole('link', { name: 'Autumn' }));
  await page.getByText('People who will get an e-mail: 5.').waitFor();
  await click(page.getByRole('button', { name: 'Start' }));
  await page.getByText('E-mails to send: 5. Each has a link that is valid for 14 days.').waitFor();
  await confirm('Start');
  await page.getByText('Enrolled: 0 of 5').waitFor();
  await page.getByText('Delivery unknown: 1.').waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await inDialogue(page, 'Stop').click();
  await page.getByRole('button', { name: 'Resume' }).waitFor();
  await leave();
});

inBrowser('who has not enrolled is seen', async () => {
  await campaigns.send('Spring');
  const { page, click, open, leave } = await visitHome(browser, origin);
  await open('Campaigns');
  await click(page.getByRole('link', { name: 'Spring' }));
  const people = page.getByRole('table', { name: 'People' });
  await people.getByRole('rowheader', { name: 'user0@example.com' }).waitFor();
  expect(await people.getByRole('rowheader').count()).toBe(5);
  await page.getByLabel('Show', { exact: true }).selectOption({ label: 'Skipped' });
  await people.getByRole('rowheader', { name: 'nobody@elsewhere.example' }).waitFor();
  expect(await people.getByRole('row').nth(1).textContent()).toContain('Not found at the provider');
  await leave();
});

inBrowser('a campaign of a CSV file is planned, and its letter gets words of its own', async () => {
  const { page, click, open, leave } = await visitHome(browser, origin);
  await open('Campaigns');
  await page.getByLabel('Name', { exact: true }).fill('By file');
  await click(page.getByLabel('A CSV file'));
  const lines = 'login,email,name\nuser0@example.com,,\n=cmd|x,,\nuser1@example.com,not an address,\n';
  await page
    .getByLabel('CSV file', { exact: true })
    .setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(lines) });
  await click(page.getByRole('button', { name: 'Plan' }));
  await page.getByText('People who will get an e-mail: 1.').waitFor();
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

inBrowser('a letter is shown in an origin of its own, to the frame of the console alone', async () => {
  const { page, leave } = await visitHome(browser, origin);
  const id = await campaigns.plan('Shown');
  await page.goto(`${origin}/console/campaigns/${id}`);
  const frame = page.locator('iframe');
  await page.frameLocator('iframe').getByText('Ada Lovelace').first().waitFor();
  expect(await frame.getAttribute('sandbox')).toBe('');
  const address = `${origin}${await frame.getAttribute('src')}`;
  const same = await fetch(address, { headers: { 'sec-fetch-site': 'same-origin' } });
  const policy = (same.headers.get('content-security-policy') ?? '').split(';');
  for (const line of ["default-src 'none'", "frame-ancestors 'self'", 'sandbox']) expect(policy).toContain(line);
  expect(policy.join(';')).not.toMatch(/script-src|https?:/);
  for (const site of ['none', 'cross-site', 'same-site']) {
    const answer = await fetch(address, { headers: { 'sec-fetch-site': site } });
    expect([site, answer.status]).toEqual([site, 404]);
    await answer.text();
  }
  server.clock.advanceSec(11 * 60);
  const late = await fetch(address, { headers: { 'sec-fetch-site': 'same-origin' } });
  expect(late.status).toBe(404);
  await late.text();
  await leave();
});

inBrowser('answers that are lost on the way end neither the progress nor what is being typed', async () => {
  const id = await campaigns.send('Followed');
  const { page } = await visitHome(browser, origin);
  let isAway = false;
  let lost = 0;
  const asked: (string | undefined)[] = [];
  await page.route(`**/v1/campaigns/${id}`, (route) => {
    asked.push(route.request().headers()['x-console-poll']);
    if (!isAway) return route.continue();
    lost += 1;
    return lost % 2 === 0 ? route.abort() : route.fulfill({ status: 502, body: 'Bad gateway' });
  });
  await page.goto(`${origin}/console/campaigns/${id}`);
  await page.getByText('Enrolled: 0 of 5').waitFor();
  const typed = page.getByLabel('Text', { exact: true });
  await typed.fill('Dear {name}, half a sentence');
  isAway = true;
  await eventually(async () => expect(lost).toBeGreaterThan(2));
  await page.getByText('Enrolled: 0 of 5').waitFor();
  expect(await typed.inputValue()).toBe('Dear {name}, half a sentence');
  expect(await page.getByRole('alert').count()).toBe(0);
  isAway = false;
  const before = asked.length;
  await eventually(async () => expect(asked.length).toBeGreaterThan(before));
  expect(await typed.inputValue()).toBe('Dear {name}, half a sentence');
  // A page that asks by itself is not somebody who sits at it.
  expect([asked[0], ...new Set(asked.slice(1))]).toEqual([undefined, '1']);
  await page.context().close();
});

inBrowser(
  'words that are not kept yet stay with their letter, whatever else is looked at, in whatever language',
  async () => {
    const { page } = await visitHome(browser, origin);
    await page.goto(`${origin}/console/campaigns/${await campaigns.plan('Worded')}`);
    const text = page.getByLabel('Text', { exact: true });
    await text.fill('Dear {name}, half a sentence');
    const letters = page.getByRole('main').getByLabel('Language', { exact: true });
    await letters.selectOption('de');
    await page.frameLocator('iframe').getByText('Guten Tag Ada Lovelace').waitFor();
    expect(await text.inputValue()).not.toContain('half a sentence');
    await letters.selectOption('en');
    await page.frameLocator('iframe').getByText('half a sentence').waitFor();
    expect(await text.inputValue()).toBe('Dear {name}, half a sentence');
    await page.getByRole('navigation').getByLabel('Language').selectOption('de');
    await page.locator('html[lang=de]').waitFor();
    await page.getByRole('heading', { name: 'E-Mails' }).waitFor();
    expect(await page.locator('textarea').inputValue()).toBe('Dear {name}, half a sentence');
    await page.context().close();
  },
);

inBrowser('the people of a campaign are shown as they go on', async () => {
  const id = await campaigns.send('Going on');
  const { page } = await visitHome(browser, origin);
  await page.goto(`${origin}/console/campaigns/${id}`);
  const row = page.getByRole('table', { name: 'People' }).getByRole('row').filter({ hasText: 'user0@example.com' });
  await row.getByText('Sent', { exact: true }).waitFor();
  await noteBounces(await readCampaign(id, server.deps), ['user0@example.com'], 'ada', server.deps);
  await row.getByText('Bounced').waitFor();
  await page.context().close();
});
