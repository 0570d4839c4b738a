import { readFile } from 'node:fs/promises';
import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { findFreePort } from '../../examples/demo/free-port.js';
import { homePageGuard } from '../../src/config/home-page.js';
import { languageCodes as languages } from '../../src/core/base/languages.js';
import { giveDataConsent, readDataConsents } from '../../src/core/consented-data/consents.js';
import { linkIdentities, readLinks } from '../../src/core/links/links.js';
import { readKnownPlaces, recordPlace } from '../../src/notifications/known-places.js';
import { createTestConnection } from '../../support/benches/core.js';
import { expectAccessible, expectWithinReach } from '../../support/browser/accessibility.js';
import { inBrowser, useBrowser } from '../../support/browser/page-suite.js';
import { receive } from '../../support/browser/visitor.js';
import { readIn } from '../../support/browser/walk.js';
import { fillLedger } from '../../support/data/ledgered.js';
import { createMemoryProfile } from '../../support/fakes/simulated-profile.js';
import { startApiServer } from '../../support/servers/api-server.js';
import { startCompanyProvider } from '../../support/servers/company-provider.js';

/* A person at their own page, from the door to the end of everything on it. */

const narrow = { viewport: { width: 360, height: 740 } } as const;
const anna = { connection: 'acme', subject: 'anna' };
const hostile = '<b>Library</b>';
const browser = useBrowser('pattern');

/** A server whose people sign in at a provider, with something of anna in every part of her page. */
async function startServer() {
  const port = await findFreePort();
  const issuer = `http://localhost:${port}`;
  const company = await startCompanyProvider(`${issuer}/me/acme/callback`, { anna: { login: 'anna', groups: [] } });
  const door = homePageGuard.parse({
    signIn: { issuer: company.issuer, clientId: company.clientId, clientSecret: company.clientSecret },
    services: [{ name: '<i>Leave</i>', url: 'https://leave.example.com', text: { en: 'Days off' } }],
  });
  const policy = { organisation: 'Harbour Clinic', notices: true };
  const payroll = { organisation: '<b>Payroll</b>' };
  const server = await startApiServer({
    issuer,
    port,
    fetch,
    connections: new Map([
      ['acme', createTestConnection({ id: 'acme', kind: 'okta', policy })],
      [
        'payroll',
        createTestConnection({ id: 'payroll', kind: 'scim', policy: payroll, profile: createMemoryProfile(['42']) }),
      ],
    ]),
    homePages: new Map([
      ['acme', { door, services: door.services, clients: new Map([['library', { name: hostile, claims: {} }]]) }],
    ]),
  });
  const { deps } = server;
  await fillLedger(
    server,
    Array.from({ length: 12 }, (_, at) => ({
      event: { action: 'verified', ...anna, detail: { tokenId: 't', application: 'app.example.com' } } as const,
      hoursAgo: at + 1,
    })),
  );
  const given = {
    id: 'c-1',
    client: 'library',
    claims: ['given_name'],
    asked: [],
    registration: 'r',
    links: {},
    lifeSec: 30 * 86_400,
  };
  await giveDataConsent(anna, given, deps);
  await linkIdentities(anna, { connection: 'payroll', subject: '42' }, { days: 365 }, deps);
  await recordPlace(anna, { device: null, network: '192.0.2.0/24', isProven: true }, deps);
  return { server, issuer };
}

/** What has the focus. */
const focused = (page: Page): Promise<string> => page.evaluate('document.activeElement.textContent');

/** As someone without a mouse presses a button. */
async function pressKey(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole('button', { name }).focus();
  await page.keyboard.press('Enter');
}

inBrowser('a user can sign in at the provider and end consents, links and known places by keyboard', async () => {
  const { server, issuer } = await startServer();
  const { page, complaints, close } = await receive(browser(), narrow);
  for (const language of languages) {
    await page.goto(`${issuer}/me/acme?lang=${language}&refused=face`);
    expect(await page.getAttribute('html', 'lang')).toBe(language);
    expect(await page.getByRole('alert').count()).toBe(1);
    await expectWithinReach(page, { language });
  }
  await page.goto(`${issuer}/me`);
  await page.getByRole('heading', { name: 'Your face check' }).waitFor();
  await expectAccessible(page);
  // The name, the button below it, and the sign-in.
  for (let at = 0; at < 3; at += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('main[data-screen="manage"]').waitFor();
  await expectAccessible(page);
  // What others chose is text.
  expect(await page.locator('main b, main i').count()).toBe(0);
  expect(await page.getByRole('link', { name: '<i>Leave</i>' }).getAttribute('href')).toBe('https://leave.example.com');
  expect(await page.getByText('To set up your face check, use a link from your organization.').count()).toBe(1);

  await pressKey(page, /^End access for .*Library/);
  await page.getByText('No apps have access to your data.').waitFor();
  expect(await focused(page)).toContain('gets no more data.');
  expect(await readDataConsents(anna, server.deps)).toEqual([]);

  expect(await page.locator('[data-section="links"] li').allTextContents()).toEqual([
    expect.stringContaining('<b>Payroll</b>'),
  ]);
  await pressKey(page, /^End the link with .*Payroll/);
  await page.getByText('No linked accounts.').waitFor();
  expect(await focused(page)).toContain('Apps get no more data from');
  expect(await readLinks(anna, server.deps)).toEqual([]);

  await pressKey(page, 'Delete them now');
  await page.getByText('Deleted. Your next check starts a new list.').waitFor();
  expect(await readKnownPlaces(anna, server.deps)).toBeNull();

  expect(await page.locator('[data-section="checks"] li').count()).toBe(10);
  await pressKey(page, 'Show older');
  await page.locator('[data-section="checks"] li[data-first]').waitFor();
  expect(await page.locator('[data-section="checks"] li').count()).toBe(12);
  expect(await focused(page)).toContain('for app.example.com');

  await page.getByRole('checkbox', { name: 'it ends' }).uncheck();
  await pressKey(page, /^Save$/);
  await page.getByText('Saved.').waitFor();
  expect(server.audit.events.at(-1)).toMatchObject({ action: 'notices_chosen', detail: { off: ['ended'] } });

  const downloading = page.waitForEvent('download');
  await pressKey(page, 'Save the file');
  const saved = JSON.parse(await readFile(await (await downloading).path(), 'utf8'));
  expect(saved).toMatchObject({ held: { dataConsents: [], noticeChoice: { off: ['ended'] } } });
  expect(saved.checks).toHaveLength(12);

  for (const language of languages) {
    await readIn(page, language);
    await expectWithinReach(page, { language });
  }
  await readIn(page, 'en');

  await pressKey(page, 'Close this page');
  await page.getByRole('heading', { name: 'This page is closed' }).waitFor();
  await page.waitForURL(`${issuer}/me/acme`);
  expect(complaints.filter((each) => each.startsWith('policy'))).toEqual([]);
  await close();
});
