import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { bindingOf, type Connection } from '../../src/core/connection.js';
import { enrolSubject } from '../../src/core/enrolment/enrol.js';
import { changeList } from '../../src/core/help-desk/bounded-list.js';
import { type HelpRequest, helpRequests } from '../../src/core/help-desk/help-request-list.js';
import { attemptsOfSubject } from '../../src/core/limits/attempts.js';
import { countAttempt } from '../../src/core/limits/lockout.js';
import { addSec, toIso } from '../../src/core/units.js';
import { toCode } from '../../src/errors.js';
import { addAdministrator } from '../../src/rest/administrators.js';
import { type ApiServer, adminKey, startApiServer } from '../api-server.js';
import { defaultPolicy } from '../core.js';
import { createTestVerifier } from '../embedded.js';
import { enrolledAt, fillLedger } from '../ledgered.js';
import { testShare } from '../share.js';
import { drawPhoto } from '../simulated-engine.js';
import { createMemoryProfile } from '../simulated-profile.js';
import { hasChromium, launchChromium } from './chromium.js';
import { visitHome } from './console-home.js';
import { visitConsole } from './console-visitor.js';

/* What administrators and a help desk do every week, from the first screen to the end, counted in clicks. */

const inBrowser = hasChromium ? test : test.skip;
const refusedRequest = 'a1'.repeat(12);
const profile = createMemoryProfile(['ada', 'berta', 'clara', 'dora']);
const acme: Connection = { id: 'acme', kind: 'okta', profile, policy: defaultPolicy, openStepUpRequest: null };
let browser: Browser;
let server: ApiServer;
let helpDeskKey: string;

if (hasChromium) {
  beforeAll(async () => {
    const connections = new Map([['acme', acme]]);
    server = await startApiServer({ verifier: createTestVerifier(), issuer: 'http://localhost', connections });
    const { credential } = await addAdministrator(
      { name: 'desk', role: 'help-desk', lifeSec: 3600 },
      { name: 'owner' },
      server.deps,
    );
    helpDeskKey = credential.use((text) => text);
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
    browser = await launchChromium({ camera: 'none' });
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });
}
const approved = { stepUpId: 's', actionDigest: 'ab'.repeat(32), title: '<img src=x> ادفع' };
const hookDecided = { hook: 'token', outcome: 'unverified', fallback: 'deny', reason: 'no_check' } as const;

const enrol = (subject: string) =>
  enrolSubject(
    {
      ...{ connection: acme, subject, secret: null },
      photos: [1, 2, 3].map((number) => drawPhoto(subject, number)),
      consent: { statement: 'consent-1 (en)', givenAt: server.clock.now() },
      share: testShare,
    },
    server.deps,
  );

/** An administrator at the first screen, or somebody else by their key. */
async function visit(key?: string) {
  const home = await visitHome(browser, `http://localhost:${server.port}`, key);
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

inBrowser('why was she refused yesterday? A help desk reads it, and sees no list of everybody', async () => {
  const { page, find, leave } = await visit(helpDeskKey);
  expect(await page.getByRole('link', { name: 'Sign-in log' }).count()).toBe(0);
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
});

inBrowser('home shows figures and open requests by two calls, and the menu counts the requests', async () => {
  const at = server.clock.now();
  const request: HelpRequest = {
    ...{ id: 'a'.repeat(24), connection: 'acme', subject: 'ada', stepUpId: 'x', reason: 'other', note: '', at },
    ...{ takenBy: null, takenById: null, expiresAt: addSec(at, 3600) },
  };
  await changeList(helpRequests, () => [request], server.deps);
  const { page, requests, close } = await visitConsole(browser, `http://localhost:${server.port}`, { key: adminKey });
  const figure = (name: string) => page.locator('.figures > div').filter({ hasText: name }).locator('dd');
  await page.getByText('3 enrolled').waitFor();
  expect(await figure('Success rate').textContent()).toBe('50%');
  expect(await figure('Median time').textContent()).toBe('12 sec');
  expect(await page.locator('.counts').textContent()).toBe('The face does not match the enrolment.1');
  expect(requests.filter((url) => url.includes('/v1/')).map((url) => new URL(url).pathname)).toEqual(
    expect.arrayContaining(['/v1/to-do', '/v1/log/counts']),
  );
  expect(requests.filter((url) => url.includes('/v1/'))).toHaveLength(2);
  const entry = page.getByRole('navigation').getByRole('listitem').filter({ hasText: 'Help desk' });
  expect(await entry.textContent()).toContain('Open items: 1');
  await page.getByRole('link', { name: 'Help requests: 1' }).click();
  await page.getByRole('rowheader', { name: 'ada@example.com' }).waitFor();
  await changeList(helpRequests, () => [], server.deps);
  await page.getByRole('navigation').getByRole('link', { name: 'Home' }).click();
  await entry.getByText('Open items').waitFor({ state: 'detached' });
  await close();
});

inBrowser('a list is sorted, and shows the columns that were chosen, also next time', async () => {
  const { page, close } = await visitConsole(browser, `http://localhost:${server.port}`, {
    key: adminKey,
    path: '/people',
  });
  const names = () => page.getByRole('rowheader').allTextContents();
  await page.getByRole('rowheader', { name: 'ada@example.com' }).waitFor();
  expect((await names())[0]).toContain('dora');
  const heading = page.getByRole('columnheader', { name: 'Name' });
  await heading.getByRole('button').click();
  expect((await names()).map((name) => name.split(' ')[0])).toEqual(['ada', 'clara', 'dora']);
  expect(await heading.getAttribute('aria-sort')).toBe('ascending');
  await heading.getByRole('button').click();
  expect((await names())[0]).toContain('dora');
  await page.getByText('Columns', { exact: true }).click();
  await page.getByLabel('Level', { exact: true }).last().uncheck();
  await page.reload();
  await page.getByRole('rowheader', { name: 'ada@example.com' }).waitFor();
  expect(await page.getByRole('columnheader', { name: 'Level' }).count()).toBe(0);
  await close();
});

inBrowser('somebody is unlocked', async () => {
  const counted = attemptsOfSubject(bindingOf(acme, 'ada'));
  const fail = () =>
    countAttempt(counted, async () => ({ succeeded: false, result: 'failed' }), server.deps).catch(toCode);
  for (let failures = 0; failures < 5; failures += 1) await fail();
  expect(await fail()).toBe('locked_out');
  const { page, click, find, confirm, leave } = await visit(helpDeskKey);
  await find('ada@example.com');
  await click(page.getByRole('button', { name: 'End the lockout' }));
  await confirm('End the lockout');
  await page.getByText('acme: done').waitFor();
  expect(server.audit.events.at(-1)).toMatchObject({
    action: 'lockout_cleared',
    subject: 'ada',
    detail: { by: 'desk' },
  });
  expect(await fail()).toBe('failed');
  await leave();
});

inBrowser('somebody at the provider is found by name and invited by e-mail', async () => {
  const { page, click, confirm, leave } = await visit(helpDeskKey);
  await page.getByLabel('Find a person').fill('berta Exam');
  await click(page.getByRole('button', { name: 'Find', exact: true }));
  await page.getByText('Not enrolled', { exact: true }).waitFor();
  expect(await page.getByRole('button', { name: 'End the lockout' }).count()).toBe(0);
  await click(page.getByRole('button', { name: 'Invite by e-mail' }));
  await confirm('Send');
  await page.getByText('Invitation sent.', { exact: false }).waitFor();
  expect(server.messages.at(-1)).toMatchObject({ channel: 'email', to: 'berta@example.com' });
  expect(server.audit.events.at(-1)).toMatchObject({
    ...{ action: 'invitation_sent', subject: 'berta' },
    detail: { campaign: null, by: 'desk' },
  });
  await leave();
});

inBrowser('lockouts of chosen people are ended, and the list is exported with names', async () => {
  const { page, click, confirm, open, leave } = await visit();
  await open('People');
  await page.getByRole('rowheader', { name: 'ada@example.com' }).waitFor();
  await click(page.getByRole('button', { name: 'Select all shown' }));
  await click(page.getByRole('button', { name: /^End lockouts/ }));
  await confirm('End lockouts');
  await page.getByText(/^Lockouts ended: done for 1 of 1/).waitFor();
  const saved = page.waitForEvent('download');
  await click(page.getByRole('button', { name: 'Export as CSV' }));
  const text = readFileSync(await (await saved).path(), 'utf8');
  expect(text).toContain('"acme","ada","ada@example.com","ada@example.com","ada Example","enrolled"');
  await leave();
});

inBrowser('a person is erased, and there is a receipt', async () => {
  await enrol('dora');
  const { page, click, find, confirm, leave } = await visit();
  await find('dora');
  await click(page.getByRole('button', { name: 'Erase' }));
  await confirm('Erase');
  expect(await page.getByLabel('Erasure receipt').inputValue()).toMatch(/^eyJ/);
  expect(profile.attributes.get('dora')).toBeNull();
  await leave();
});

inBrowser('the log is followed while the page is seen, and paused', async () => {
  const { page, click, open, leave } = await visit();
  await open('Sign-in log');
  await rowOf(page, 'Approved').first().waitFor();
  await click(page.getByRole('button', { name: 'Follow live' }));
  server.clock.advanceSec(1);
  const event = { connection: 'acme', subject: 'berta', detail: { tokenId: null, by: 'portal' } };
  await fillLedger(server, [{ event: { action: 'consent_withdrawn', ...event }, hoursAgo: 0 }]);
  await rowOf(page, 'Withdrew consent').getByRole('link', { name: 'berta@example.com' }).waitFor();
  await click(page.getByRole('button', { name: 'Pause' }));
  await page.getByRole('button', { name: 'Follow live' }).waitFor();
  await leave();
});
