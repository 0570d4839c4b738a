import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { type ApiServer, startApiServer } from '../api-server.js';
import { defaultPolicy } from '../core.js';
import { createTestVerifier } from '../embedded.js';
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
