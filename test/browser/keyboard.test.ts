import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { JsonObject } from '../../src/core/base/json.js';
import { inBrowser, usePage } from '../../support/browser/page-suite.js';
import { type Replies, scriptReplies } from '../../support/browser/scripted-replies.js';
import { press, see } from '../../support/browser/walk.js';
import { firstView } from '../../support/data/first-view.js';

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

inBrowser('after a wrong code the code field has the focus', async () => {
  const { page, close } = await arrive(
    { anotherWays: ['recovery_code'] },
    { '/another-way/recovery-code': { refusal: 'code_wrong' } },
  );
  await askForCode(page, 'Use a saved code');
  await page.getByLabel('Your code').fill('ABCD-EFGH-JKLM');
  await page.keyboard.press('Enter');
  await page.getByText('This code is wrong, used or expired.').waitFor();
  expect(await page.evaluate(focused)).toBe('code');
  await close();
});

for (const [script, digits] of [
  ['Arabic', '٤٨٢٩١٣'],
  ['Persian', '۴۸۲۹۱۳'],
] as const) {
  inBrowser(`${script} digits are accepted as a code and as a PIN`, async () => {
    const sent: unknown[] = [];
    const mail = await arrive(
      { anotherWays: ['email'] },
      { '/another-way/send': { id: 'x', expiresAt: firstView.expiresAt, isSent: true } },
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
