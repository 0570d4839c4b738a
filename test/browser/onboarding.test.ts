import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { findFreePort } from '../../examples/demo/free-port.js';
import { consoleGuard } from '../../src/config/console.js';
import { changeList } from '../../src/core/bounded-list.js';
import { addSec } from '../../src/core/units.js';
import { helpRequests } from '../../src/help-desk/help-requests.js';
import { createTestConnection } from '../../support/benches/core.js';
import { expectAccessible } from '../../support/browser/accessibility.js';
import { inBrowser, useBrowser, useShared } from '../../support/browser/page-suite.js';
import { startApiServer } from '../../support/servers/api-server.js';
import { startCompanyProvider } from '../../support/servers/company-provider.js';
import { countClicks } from './clicks.js';
import { markup } from './console-screens.js';
import { chooseLanguage, visitConsole } from './console-visitor.js';

/*
 * A developer comes to an application without writing to anybody: both sides on the console, signed in at a real OpenID
 * provider, and the key calls the server.
 */

const users = {
  ada: { login: 'ada@example.com', groups: ['it'] },
  grace: { login: 'grace@example.com', groups: ['engineering'] },
  mary: { login: 'mary@example.com', groups: ['engineering'] },
  joan: { login: 'joan@example.com', groups: ['service-desk'] },
};

const browser = useBrowser('none');
const stage = useShared(async () => {
  const port = await findFreePort();
  const origin = `http://localhost:${port}`;
  const company = await startCompanyProvider(`${origin}/console/callback`, users);
  const { issuer, clientId, clientSecret } = company;
  const server = await startApiServer({
    issuer: origin,
    port,
    connections: new Map(['work', 'play'].map((id) => [id, createTestConnection({ id })] as const)),
    console: consoleGuard.parse({
      signIn: {
        issuer,
        clientId,
        clientSecret,
        roles: { owner: ['it'], developer: ['engineering'], 'help-desk': ['service-desk'] },
      },
    }),
    sections: { onboarding: { sandbox: 'play', mostPerMinute: 100, mostPerDay: 1000 } },
    fetch,
  });
  return { origin, company, server };
});

/** Someone at the console, who signed in at the provider. */
async function signIn(user: keyof typeof users) {
  stage().company.user = user;
  const visitor = await visitConsole(browser(), stage().origin, { key: null });
  await visitor.page.getByRole('link', { name: 'Sign in with your company account' }).click();
  await visitor.page.getByRole('heading', { name: 'Home' }).waitFor();
  return visitor;
}

const go = (page: Page, name: string) => page.getByRole('navigation').getByRole('link', { name, exact: true }).click();

/** Writes a request, which stays a draft. */
async function write(page: Page, name: string): Promise<void> {
  await go(page, 'My applications');
  await page.getByRole('link', { name: 'New request' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Purpose').fill('Opens payslips\nfor their owner.');
  await page.getByLabel('Redirect URIs').fill('https://app.example.com/cb\nhttps://app.example.com/cb2');
  await page.getByRole('button', { name: 'Save the draft' }).click();
  await page.getByText('Only you see this draft.').waitFor();
}

async function handIn(page: Page): Promise<void> {
  await page.getByRole('button', { name: /submit/i }).click();
  await page.getByText('Submitted.').waitFor();
}

inBrowser(
  'an administrator approves a developer’s request in at most five clicks; the developer gets the key once',
  async () => {
    const developer = await signIn('grace');
    expect(await developer.page.getByRole('navigation').getByRole('listitem').allTextContents()).toEqual([
      'Home',
      'My applications',
    ]);
    await write(developer.page, 'payslips');
    await handIn(developer.page);

    const { page, ...administrator } = await signIn('ada');
    const { click, count } = countClicks();
    await click(page.getByRole('navigation').getByRole('link', { name: 'Applications', exact: true }));
    await click(page.getByRole('link', { name: 'Requests', exact: true }));
    await click(page.getByRole('link', { name: 'payslips' }));
    await page.getByText('On approval, the application is registered as shown above, and').waitFor();
    await click(page.getByRole('button', { name: 'Approve' }));
    await page.getByText('The developer can get the first key once.').waitFor();
    expect(await page.getByRole('main').textContent()).toContain('https://app.example.com/cb2');
    await expectAccessible(page, 'request: approve');
    expect(count()).toBeLessThanOrEqual(4);
    const lines = JSON.parse((await page.locator('.lines pre').textContent()) ?? '');
    expect(lines.redirectUris).toEqual(['https://app.example.com/cb', 'https://app.example.com/cb2']);
    expect(stage().server.audit.events.at(-1)?.action).toBe('application_request_answered');

    await developer.page.reload();
    await developer.page.getByRole('button', { name: 'Get the first key' }).click();
    const key = await developer.page.getByLabel('First key').inputValue();
    await developer.page.getByRole('button', { name: 'Get the first key' }).waitFor({ state: 'detached' });
    await expectAccessible(developer.page, 'my request: first key');
    const { body } = await stage().server.postJson('/token', {}, { 'x-auth-token': key });
    expect(body).toMatchObject({ application: lines.id, tenant: 'work', scopes: ['verify'] });
    await developer.page.reload();
    await developer.page.getByRole('link', { name: /^To the application/ }).waitFor();
    expect(await developer.page.content()).not.toContain(key);
    expect(await developer.page.getByRole('button', { name: 'Get the first key' }).count()).toBe(0);

    // What was refused is found by the id that its reply had.
    const refused = await stage().server.postJson('/match', {}, { 'x-auth-token': key });
    const requestId = refused.headers.get('x-request-id') ?? '';
    await Promise.all([stage().server.usage.flush(), stage().server.refusals.flush()]);
    await developer.page.getByRole('link', { name: /^To the application/ }).click();
    await developer.page.getByLabel('Request ID').fill(requestId);
    await developer.page.getByRole('button', { name: 'Find' }).click();
    await developer.page
      .getByRole('row', { name: requestId })
      .getByText(String(refused.body.code), { exact: true })
      .waitFor();
    await developer.page.getByRole('img', { name: 'Requests by day, the last 30 days' }).waitFor();

    // The next key in place of the first.
    await developer.page.getByRole('button', { name: 'Issue a key' }).click();
    const next = await developer.page.getByLabel('New key').inputValue();
    await developer.page.getByRole('button', { name: `Revoke: ${key.split('_')[1]}` }).click();
    await developer.page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click();
    await developer.page.getByRole('alertdialog').waitFor({ state: 'detached' });
    expect((await stage().server.postJson('/token', {}, { 'x-auth-token': key })).body.code).toBe('caller_untrusted');
    expect((await stage().server.postJson('/token', {}, { 'x-auth-token': next })).status).toBe(200);
    await expectAccessible(developer.page, 'my application');
    await developer.page.getByRole('button', { name: `Revoke: ${next.split('_')[1]}` }).click();
    await developer.page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click();
    await developer.page.getByLabel('New key').waitFor({ state: 'detached' });
    await expectAccessible(page, 'request: approved');
    expect([...developer.complaints, ...administrator.complaints]).toEqual([]);
    await developer.close();
    await administrator.close();
  },
);

inBrowser('developer and administrator exchange messages, and new terms need agreement', async () => {
  const developer = await signIn('mary');
  const { page, ...administrator } = await signIn('ada');
  await go(page, 'Applications');
  await go(page, 'Requests');
  await page.getByRole('link', { name: 'Terms for developers' }).click();
  await page.getByLabel('Text').fill('Be kind.');
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByText('Version 1 is published.').waitFor();
  await expectAccessible(page, 'terms');

  await write(developer.page, markup);
  await developer.page.getByText('Be kind.').waitFor();
  await expectAccessible(developer.page, 'my request: draft');
  // The terms get another version while they are read.
  await page.getByLabel('Text').fill('Be kinder.');
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByText('Version 2 is published.').waitFor();
  await developer.page.getByRole('button', { name: 'Agree to the terms and submit' }).click();
  await developer.page.getByText('The terms have changed.').waitFor();
  await developer.page.reload();
  await developer.page.getByText('Be kinder.').waitFor();
  await handIn(developer.page);

  await go(page, 'Requests');
  await page.getByRole('link', { name: markup }).waitFor();
  await expectAccessible(page, 'requests');
  await page.getByRole('link', { name: markup }).click();
  await page.getByText('Request changes', { exact: true }).click();
  const asking = page.getByRole('group').filter({ hasText: 'Request changes' });
  await asking.getByLabel('Message to the developer').fill('<b>For</b> whom?');
  await expectAccessible(page, 'request');
  await asking.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('listitem').getByText('<b>For</b> whom?').waitFor();

  await developer.page.reload();
  await developer.page.getByText('<b>For</b> whom?').waitFor();
  await developer.page.getByText('Change the request').click();
  await developer.page.getByLabel('Purpose').fill('For those in Berlin.');
  await developer.page.getByRole('button', { name: 'Save the draft' }).click();
  await developer.page.getByRole('definition').getByText('For those in Berlin.').waitFor();
  await handIn(developer.page);
  await expectAccessible(developer.page, 'my request: handed in');

  await page.reload();
  await page.getByText('Refuse', { exact: true }).click();
  const refusing = page.getByRole('group').filter({ hasText: 'Refuse the request' });
  await refusing.getByLabel('Message to the developer').fill('Not now.');
  await refusing.getByRole('button', { name: 'Refuse the request' }).click();
  await page.getByText('Not now.').waitFor();
  await developer.page.reload();
  await developer.page.getByText('Refused. You').waitFor();
  for (const each of [page, developer.page]) expect(await each.locator('main img, main b').count()).toBe(0);
  // The browser tells of the refusal, and of nothing else.
  expect(developer.complaints.filter((text) => !text.includes('409'))).toEqual([]);
  expect(administrator.complaints).toEqual([]);
  await developer.close();
  await administrator.close();
});

inBrowser('after single sign-on, the help desk can close the request that it took', async () => {
  const { deps } = stage().server;
  const at = deps.clock.now();
  const asked = { id: 'x', stepUpId: 'x', connection: 'work', subject: 'anna', reason: 'other', note: '', at } as const;
  const open = { ...asked, takenBy: null, takenById: null, expiresAt: addSec(at, 3600) };
  await changeList(helpRequests, () => [open], deps);
  const { page, close } = await signIn('joan');
  await page.goto(`${stage().origin}/console/help-desk/requests`);
  await page.getByRole('button', { name: /^Take/ }).click();
  await page.getByLabel('How was the request of').selectOption('none');
  await page.getByRole('button', { name: 'Close request' }).click();
  await page.getByText(/No open requests\.|allows help requests/).waitFor();
  await close();
});

inBrowser('a developer withdraws a draft, and gets a sandbox token once with a valid example call', async () => {
  const { page, complaints, close } = await signIn('mary');
  await write(page, 'nothing');
  await page.getByRole('button', { name: 'Withdraw the request' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Withdraw the request' }).click();
  await page.getByRole('heading', { name: 'My applications', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Get a sandbox token' }).click();
  const token = await page.getByLabel('Sandbox token').inputValue();
  const [, address = '', sent = ''] =
    /^curl -X POST (\S+) \\\n {2}-H 'X-Auth-Token: (\S+)' /.exec(
      (await page.locator('.lines pre').textContent()) ?? '',
    ) ?? [];
  expect({ address, sent }).toEqual({ address: `${stage().origin}/v1/step-ups`, sent: token });
  const [, fields = '{}'] = /-d '(.*)'$/.exec((await page.locator('.lines pre').textContent()) ?? '') ?? [];
  const { body } = await stage().server.postJson('/v1/step-ups', fields, { 'x-auth-token': sent });
  expect(body).toMatchObject({ state: 'started', url: expect.stringContaining('/face?sent#') });
  expect(await page.getByRole('link', { name: 'nothing' }).count()).toBe(0);
  expect(await page.getByRole('link', { name: /API reference/ }).getAttribute('href')).toBe('/docs/reference/api.html');
  await expectAccessible(page, 'my applications');
  await chooseLanguage(page, 'ar');
  await page.locator('[dir=rtl] h1').waitFor();
  await expectAccessible(page, 'my applications, right to left');
  expect(complaints).toEqual([]);
  await close();
});
