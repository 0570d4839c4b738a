import { expect } from '@jest/globals';
import { expectAccessible, expectWithinReach } from '../../support/browser/accessibility.js';
import { inBrowser, usePage } from '../../support/browser/page-suite.js';

/* What someone sees who follows the link of a notice. */

const { receive, server } = usePage('none');

inBrowser('the page “It wasn’t me” sends the secret only after the button is pressed', async () => {
  const { page, complaints, close } = await receive({ viewport: { width: 360, height: 740 } });
  const sent: unknown[] = [];
  await page.route('**/face/not-me', async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    sent.push(route.request().postDataJSON());
    return route.fulfill({ json: { ok: true } });
  });
  await page.goto(`${server.origin}/face/not-me?lang=de#c2VjcmV0`);
  await page.locator('main[data-screen="not-me"]').waitFor();
  await expectAccessible(page);
  expect(sent).toEqual([]);
  await page.getByRole('button', { name: 'Ich war es nicht: beenden' }).click();
  await page.locator('main[data-screen="not-me-done"]').waitFor();
  await expectWithinReach(page);
  expect(sent).toEqual([{ secret: 'c2VjcmV0' }]);
  expect(page.url()).not.toContain('c2VjcmV0');
  expect(complaints).toEqual([]);
  await close();
});
