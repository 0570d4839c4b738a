import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { JsonObject } from '../../src/base/json.js';
import { firstView } from '../first-view.js';
import { inBrowser, usePage } from './page-suite.js';
import { type Replies, scriptReplies } from './scripted-replies.js';
import { press, see } from './walk.js';

/* The page without a mouse, and with keyboards of other scripts. */

const { receive, server } = usePage('two');

async function arrive(view: JsonObject, replies: Replies = {}) {
  const visitor = await receive();
  await scriptReplies(visitor.context, { ...firstView, handOffAllowed: false, ...view }, replies);
  await visitor.page.goto(`${server.origin}/face#${firstView.id}.secret`);
  return visitor;
}

/** Goes to where a code is asked for. */
async function askForCode(page: Page, way: string): Promise<void> {
  await press(page, 'I can’t do this');
  await see(page, 'ways');
  await press(page, way);
  await see(page, 'code');
}

const focused = 'document.activeElement.id || document.activeElement.tagName';

inBrowser('after a wrong code the next one is typed where the first was', async () => {
  const { page, close } = await arrive(
    { anotherWays: ['recovery_code'] },
    { '/another-way/recovery-code': { refusal: 'code_wrong' } },
  );
  await askForCode(page, 'Recovery code');
  await page.getByLabel('Your code').fill('ABCD-EFGH-JKLM');
  await page.keyboard.press('Enter');
  await page.getByText('This code is wrong, used or expired.').waitFor();
  expect(await page.evaluate(focused)).toBe('code');
  await close();
});

inBrowser('codes that are shown are read out from their heading on', async () => {
  const { page, close } = await arrive(
    { state: 'passed', recoveryCodesOffered: true },
    { '/recovery-codes': { codes: ['ABCD-EFGH-JKLM'] } },
  );
  await page.getByRole('button', { name: 'Show my codes' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('ABCD-EFGH-JKLM').waitFor();
  expect(await page.evaluate(focused)).toBe('H1');
  await close();
});

inBrowser('whoever chooses another camera by the keyboard goes on from that choice', async () => {
  const { page, close } = await arrive({});
  await see(page, 'framing');
  const other = await page.locator('#camera option:not(:checked)').getAttribute('value');
  await page.locator('#camera').focus();
  await page.locator('#camera').selectOption(other);
  await page.locator(`#camera option[value="${other}"][selected]`).waitFor({ state: 'attached' });
  expect(await page.evaluate(focused)).toBe('camera');
  await close();
});

inBrowser('what somebody agreed to is read from its beginning, though the buttons are at its end', async () => {
  const { page, close } = await arrive({ agreedAt: '2026-03-04T09:30:00.000Z' });
  await page.setViewportSize({ width: 360, height: 640 });
  await press(page, 'Read it in full');
  expect(await page.getByRole('dialog').evaluate((whole) => whole.scrollHeight > whole.clientHeight)).toBe(true);
  expect(await page.getByRole('dialog').evaluate((whole) => whole.scrollTop)).toBe(0);
  expect(await page.evaluate(focused)).toBe('DIALOG');
  await close();
});

inBrowser(
  'a network that is lost beside a code: the one that was sent is asked for again, and none is sent anew',
  async () => {
    const sent = { '/another-way/send': { id: 'x', expiresAt: firstView.expiresAt } };
    const view = { anotherWays: ['email'] };
    const { page, context, requests, close } = await arrive(view, { ...sent, '/another-way/code': 'lost' });
    await askForCode(page, 'Code by e-mail');
    await page.getByLabel('Your code').fill('482913');
    await press(page, 'Continue');
    await see(page, 'offline');
    await see(page, 'code');
    expect(requests.filter((url) => url.endsWith('/another-way/send'))).toHaveLength(1);
    const passed = { view: { ...firstView, ...view, state: 'passed_another_way' }, receipt: null };
    await context.unrouteAll();
    await scriptReplies(context, { ...firstView, ...view }, { '/another-way/code': passed });
    const posted = page.waitForRequest((request) => request.url().endsWith('/another-way/code'));
    await page.getByLabel('Your code').fill('482913');
    await press(page, 'Continue');
    expect((await posted).postDataJSON()).toEqual({ channel: 'email', id: 'x', code: '482913' });
    await see(page, 'passed_another_way');
    await close();
  },
);

for (const [script, digits] of [
  ['Arabic', '٤٨٢٩١٣'],
  ['Persian', '۴۸۲۹۱۳'],
] as const) {
  inBrowser(`${script} digits are the same code, and the same PIN`, async () => {
    const sent: unknown[] = [];
    const mail = await arrive(
      { anotherWays: ['email'] },
      { '/another-way/send': { id: 'x', expiresAt: firstView.expiresAt } },
    );
    mail.page.on('request', (request) => {
      if (request.url().endsWith('/another-way/code')) sent.push(request.postDataJSON());
    });
    await askForCode(mail.page, 'Code by e-mail');
    await mail.page.getByLabel('Your code').fill(digits);
    await press(mail.page, 'Continue');
    await see(mail.page, 'link-over');
    expect(sent).toEqual([{ channel: 'email', id: 'x', code: '482913' }]);
    await mail.close();

    const own = await arrive({ userSecret: 'pin' });
    await own.page.getByLabel('PIN', { exact: true }).fill(digits);
    await press(own.page, 'Continue');
    await see(own.page, 'framing');
    await own.close();
  });
}

inBrowser('what was typed stays where the language is changed', async () => {
  const own = await arrive({ userSecret: 'pin' });
  await own.page.getByLabel('PIN', { exact: true }).fill('482913');
  await own.page.getByLabel('Language').selectOption('de');
  await own.page.getByRole('heading', { name: 'PIN eingeben' }).waitFor();
  expect(await own.page.locator('#pin').inputValue()).toBe('482913');
  await own.close();
});
