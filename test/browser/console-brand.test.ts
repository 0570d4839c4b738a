import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { type ApiServer, startApiServer } from '../api-server.js';
import { defaultPolicy } from '../core.js';
import { createTestVerifier } from '../embedded.js';
import { createMemoryProfile } from '../simulated-profile.js';
import { hasChromium, launchChromium } from './chromium.js';
import { inDialogue, visitHome } from './console-home.js';

/* The page in a company's own colours, from the first screen to the end. */

const inBrowser = hasChromium ? test : test.skip;
const drawing =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 40"><rect x="5" y="5" width="190" height="30" fill="#7a1fa2"/></svg>';

let browser: Browser;
let server: ApiServer;
let origin: string;
const connections = new Map([
  [
    'acme',
    {
      ...{ id: 'acme', kind: 'okta', profile: createMemoryProfile(['ada']), openStepUpRequest: null },
      policy: { ...defaultPolicy, organisation: 'Example & Co' },
    },
  ],
]);
if (hasChromium) {
  beforeAll(async () => {
    server = await startApiServer({ verifier: createTestVerifier(), issuer: 'http://localhost', connections });
    origin = `http://localhost:${server.port}`;
    browser = await launchChromium({ camera: 'none' });
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });
}

inBrowser('a brand is tried beside the form, put in force, and taken back', async () => {
  const { page, click, open, confirm, leave } = await visitHome(browser, origin);
  await open('Brand');
  const preview = page.frameLocator('iframe');
  await preview.locator('main[data-screen="consent"] h1').waitFor();
  await page.getByLabel('Organization name').fill('Harbour Clini');
  await preview.getByText('Harbour Clini').first().waitFor();
  // The preview that took the place of the former one did not take the focus.
  await page.keyboard.type('c');
  await preview.getByText('Harbour Clinic').first().waitFor();
  await page.getByLabel('Buttons and links (light mode)', { exact: true }).fill('#ffcc00');
  await click(page.getByRole('button', { name: /^Use #/ }));
  await page
    .getByLabel('Logo', { exact: true })
    .setInputFiles({ name: 'logo.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(drawing) });
  await preview.getByRole('img', { name: 'Harbour Clinic' }).waitFor();
  await click(page.getByRole('button', { name: 'Publish', exact: true }));
  await page.getByText('The capture page shows it within five seconds').waitFor();
  await confirm('Publish');
  await page.getByText('Published. Every').waitFor();
  const named = await server.deps.brands.inForce();
  expect(named?.brand).toMatchObject({ organisation: 'Harbour Clinic', logo: { heightPx: 80 } });
  expect(named?.brand.accent).not.toBe('#ffcc00');
  expect(server.audit.events.at(-1)).toMatchObject({ action: 'brand_changed', detail: { by: 'owner' } });

  await page.getByText('Custom texts').click();
  await page.getByLabel('Help link text').fill('Call us');
  await page.getByText('Remove: Logo').click();
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
  await inDialogue(page, 'Publish').click();
  await page.getByRole('button', { name: /^Publish: / }).waitFor();
  expect((await server.deps.brands.inForce())?.brand).toMatchObject({ logo: null, texts: { en: { help: 'Call us' } } });
  await page.getByRole('button', { name: /^Publish: / }).click();
  await inDialogue(page, 'Publish').click();
  await page.getByRole('img', { name: 'Logo: current' }).waitFor();
  expect((await server.deps.brands.inForce())?.digest).toBe(named?.digest);
  await leave();
});
