import { expect } from '@jest/globals';
import { expectAccessible, expectWithinReach } from '../../support/browser/accessibility.js';
import { inBrowser, usePage } from '../../support/browser/page-suite.js';

/* What someone sees who follows the link of a notice. */

const { receive, server } = usePage('none');

inBrowser('the page “It wasn’t me” sends the secret only after the button is pressed', async () => {
  const { page, complaints, close } = await receive({ viewport: { width: 360, height: 740 } });
  const sent: unknown[] = [];
  await page.route(/\/face\/not-me/, async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    if (new URL(route.request().url()).pathname.endsWith('/about'))
      return route.fulfill({ json: { ok: true, organisation: 'Hafenklinik', endsEnrolment: true } });
    sent.push(route.request().postDataJSON());
    return route.fulfill({ json: { ok: true } });
  });
  await page.goto(`${server.origin}/face/not-me?lang=de#c2VjcmV0`);
  await page.locator('main[data-screen="not-me"]').waitFor();
  await expectAccessible(page);
  await page.getByText('Es geht um Ihr Konto bei Hafenklinik.').waitFor();
  expect(sent).toEqual([]);
  await page.getByRole('button', { name: 'Ich war es nicht: löschen' }).click();
  await page.locator('main[data-screen="not-me-done"]').waitFor();
  await expectWithinReach(page);
  expect(sent).toEqual([{ secret: 'c2VjcmV0' }]);
  expect(page.url()).not.toContain('c2VjcmV0');
  expect(complaints).toEqual([]);
  await close();
});

inBrowser('the link “It was me” sends no report, and lets the person change the answer', async () => {
  const { page, complaints, close } = await receive({ viewport: { width: 360, height: 740 } });
  const sent: string[] = [];
  await page.route(/\/face\/not-me/, async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    sent.push(new URL(route.request().url()).pathname);
    return route.fulfill({ json: { ok: true, organisation: null, endsEnrolment: false } });
  });
  await page.goto(`${server.origin}/face/not-me?lang=en&me#c2VjcmV0`);
  await page.locator('main[data-screen="was-me"]').waitFor();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'No, it wasn’t me' }).click();
  await page.locator('main[data-screen="not-me"]').waitFor();
  await page.getByRole('button', { name: 'It was me', exact: true }).click();
  await page.locator('main[data-screen="was-me"]').waitFor();
  expect(new Set(sent)).toEqual(new Set(['/face/not-me/about']));
  expect(complaints).toEqual([]);
  await close();
});
