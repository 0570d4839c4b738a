import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { RunningPortals } from '../../examples/demo/portals.js';
import { hasChromium } from './chromium.js';
import { expectNoBreach, expectWithinReach, narrow, type PortalVisit, usePortals } from './portal-visit.js';
import { goAlong, insist, press } from './walk.js';

/* The bank of the demonstration, to its end: a bill is paid, declined, changed; documents are signed and checked on the page. */

const inBrowser = hasChromium ? test : test.skip;

let visitor: PortalVisit;
let portals: RunningPortals;
// Before the browser is closed.
if (hasChromium) afterAll(() => visitor.close());
const { visit } = usePortals();
if (hasChromium)
  beforeAll(async () => {
    visitor = await visit();
    portals = visitor.portals;
  });

const resultOf = async (page: Page): Promise<string | null> => {
  await page.locator('[data-result]').waitFor();
  return page.locator('[data-result]').getAttribute('data-result');
};

/** Of a page of the bank: in both colour schemes, on a narrow phone. */
async function lookAt(page: Page): Promise<void> {
  const size = page.viewportSize();
  await page.setViewportSize(narrow);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await expectWithinReach(page, { colorScheme });
  }
  if (size !== null) await page.setViewportSize(size);
}

/** The page goes back by itself: nothing else approves. */
const decline = (page: Page): Promise<void> => press(page, 'Don’t approve');

inBrowser('a bill is paid once it was approved, and not where it was declined or changed meanwhile', async () => {
  const { page, complaints } = visitor;
  const home = portals.urlOf('approve');
  await page.goto(home);
  await lookAt(page);
  await page.getByRole('link', { name: 'Approve with my face' }).click();
  await goAlong(page, { upTo: 'action' });
  expect(await page.locator('main section.action bdi').allTextContents()).toEqual([
    ...['Pay the invoice of November', 'From: Household account', 'On 27 November 2026'],
    ...['1249.50 EUR', 'Harbour Clinic GmbH'],
  ]);
  await insist(page);
  expect(await resultOf(page)).toBe('paid');
  await lookAt(page);

  await page.goto(home);
  await page.getByRole('link', { name: 'Approve with my face' }).click();
  await goAlong(page, { upTo: 'action' });
  await decline(page);
  expect(await resultOf(page)).toBe('declined');

  // The bill grows in another tab while she looks into the camera.
  await page.goto(home);
  await page.getByRole('link', { name: 'Approve with my face' }).click();
  await goAlong(page, { upTo: 'action' });
  const other = await page.context().newPage();
  await other.goto(home);
  await other.getByLabel('Another amount').fill('9249.50');
  await other.getByRole('button', { name: 'Change the bill' }).click();
  await other.getByText('9249.50 EUR').waitFor();
  await other.close();
  await insist(page);
  expect(await resultOf(page)).toBe('changed');

  // It changes while the bank is told what was approved.
  await page.goto(home);
  await page.getByRole('link', { name: 'Approve with my face' }).click();
  await goAlong(page, { upTo: 'action' });
  await page.route('**/callback?*', async (route) => {
    const going = route.continue();
    await page.context().request.post(`${home}/bill`, { form: { amount: '9.00' } });
    await going;
  });
  await insist(page);
  const isPaid = (await resultOf(page)) === 'paid';
  expect(isPaid && (await page.getByText('9.00 EUR').isVisible())).toBe(false);
  await page.unroute('**/callback?*');
  expectNoBreach(complaints);
});

/** Chooses a document, and goes where the bank sends her. */
async function choose(page: Page, name: string, buffer: Buffer): Promise<void> {
  await page.goto(`${portals.urlOf('approve')}/documents`);
  await page.locator('#document').setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
  await page.getByRole('button', { name: 'Approve and sign' }).click();
}

async function check(page: Page, name: string, buffer: Buffer): Promise<string> {
  await page.locator('#checked').setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
  const said = page.locator('form[data-check] output');
  await said.evaluate((node) => {
    node.textContent = '';
  });
  await page.getByRole('button', { name: 'Check signature' }).click();
  await said.filter({ hasText: 'The signature' }).waitFor();
  return String(await said.textContent());
}

inBrowser('a PDF is signed, and the signature is checked on the page without a network', async () => {
  const { page, complaints } = visitor;
  const [name, bytes] = ['Vertrag <b>März</b>.pdf', Buffer.from('%PDF-1.7\n\0\xff\n%%EOF\n', 'latin1')];
  await choose(page, name, bytes);
  await page.locator('main[data-screen]').waitFor();
  await goAlong(page, { upTo: 'action' });
  const shown = await page.locator('main section.action').textContent();
  expect(shown).toContain(name);
  expect(shown?.replace(/\s/g, '')).toContain(createHash('sha256').update(bytes).digest('hex'));
  await insist(page);
  expect(await resultOf(page)).toBe('signed');
  await page.getByRole('button', { name: 'Check signature', disabled: false }).waitFor();
  expect(page.url()).not.toContain('#');
  await lookAt(page);
  const saving = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Save the signature' }).click();
  const saved = await saving;
  expect(saved.suggestedFilename()).toMatch(/\.jws$/);
  const signature = readFileSync(await saved.path(), 'utf8').trim();
  expect(await page.locator('#signature').inputValue()).toBe(signature);

  await page.context().setOffline(true);
  expect(await check(page, name, bytes)).toMatch(/^The signature is valid\. Approved by a face check of /);
  expect(await check(page, name, Buffer.concat([bytes, Buffer.from('.')]))).toContain('the file was changed');
  await page.locator('#signature').fill(signature.replace('..', '.x.'));
  expect(await check(page, name, bytes)).toContain('This is not a signature of a document.');
  await page.context().setOffline(false);
  expectNoBreach(complaints);
});

inBrowser('what is declined, too large, or named so that it cannot be shown, is not signed', async () => {
  const { page } = visitor;
  await choose(page, 'contract.txt', Buffer.from('The contract'));
  await page.locator('main[data-screen]').waitFor();
  await goAlong(page, { upTo: 'action' });
  await decline(page);
  await page.getByText('Nothing was signed.').waitFor();
  await choose(page, 'large.bin', Buffer.alloc(11 * 1024 * 1024));
  await page.getByText('The document is over 10 MB.').waitFor();
  await choose(page, 'a\u202etxt.exe', Buffer.from('x'));
  await page.getByText('cannot be shown as it is').waitFor();
  await lookAt(page);
});
