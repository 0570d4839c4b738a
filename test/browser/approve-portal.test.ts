import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { expectAccessible } from '../../support/browser/accessibility.js';
import { inBrowser, useShared } from '../../support/browser/page-suite.js';
import { goAlong, insist, press } from '../../support/browser/walk.js';
import { forFile } from '../../support/run/for-file.js';
import { expectNoBreach, type PortalVisit, usePortals } from './portal-visit.js';

/* The bank of the demonstration: payments, and documents that are signed and checked. Then a sign-in on the next day. */

const { visit } = usePortals();
const visitor = useShared(() => forFile(visit()));

const resultOf = async (page: Page): Promise<string | null> => {
  await page.locator('[data-result]').waitFor();
  return page.locator('[data-result]').getAttribute('data-result');
};

inBrowser('the bank pays an approved bill, and none that changed during the approval or was not approved', async () => {
  const { page, portals, complaints } = visitor();
  const home = portals.urlOf('approve');
  await page.goto(home);
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Approve with my face' }).click();
  await goAlong(page, { upTo: 'action' });
  expect(await page.locator('main section.action bdi').allTextContents()).toEqual([
    'Pay the invoice of November',
    'From: Household account',
    'On 27 November 2026',
    '1249.50 EUR',
    'Harbour Clinic GmbH',
  ]);
  await insist(page);
  expect(await resultOf(page)).toBe('paid');
  await expectAccessible(page);

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

  await page.goto(home);
  await page.getByRole('link', { name: 'Approve with my face' }).click();
  await goAlong(page, { upTo: 'action' });
  expect(await page.locator('video').count()).toBe(0);
  await press(page, 'Don’t approve');
  expect(await resultOf(page)).toBe('declined');

  expectNoBreach(complaints);
});

/** Chooses a document, and goes where the bank sends her. */
async function choose({ page, portals }: PortalVisit, name: string, buffer: Buffer): Promise<void> {
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

inBrowser('a PDF is signed after approval, and the page verifies the signature offline', async () => {
  const { page, complaints } = visitor();
  const name = 'Vertrag <b>März</b>.pdf';
  const bytes = Buffer.from('%PDF-1.7\n\0\xff\n%%EOF\n', 'latin1');
  await choose(visitor(), name, bytes);
  await page.locator('main[data-screen]').waitFor();
  await goAlong(page, { upTo: 'action' });
  const shown = await page.locator('main section.action').textContent();
  expect(shown).toContain(name);
  expect(shown?.replace(/\s/g, '')).toContain(createHash('sha256').update(bytes).digest('hex'));
  await insist(page);
  expect(await resultOf(page)).toBe('signed');
  await page.getByRole('button', { name: 'Check signature', disabled: false }).waitFor();
  expect(page.url()).not.toContain('#');
  await expectAccessible(page);
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

inBrowser('the second sign-in at the portal is a full check, and that of the next day is a glance', async () => {
  const { page, signIn } = visitor();
  await signIn();
  expect(await page.locator('pre').textContent()).toContain('"presence": "movement-1"');
  let token: string | null = null;
  // A busy machine may show too few pictures for a glance. A full check follows then, and a glance on the day after it.
  for (let day = 1; day <= 3 && !token?.includes('glance-1'); day += 1) {
    await press(page, 'Go to tomorrow');
    await signIn();
    token = await page.locator('pre').textContent();
  }
  expect(token).toContain('"presence": "glance-1"');
});
