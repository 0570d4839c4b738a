// node scripts/console-screenshots.mjs [name…]: takes pictures of the console's screens with demonstration data.
import { join } from 'node:path';
import { root } from './root.mjs';
import { load, prepare, sayHowMuch, takePicture } from './screen-pictures.mjs';

await prepare({ demoPhotos: false });
const { auditEvents } = await load('src/app/audit-events.js');
const { startCompany } = await load('examples/demo/company.js');
const { launchChromium } = await load('support/browser/chromium.js');
const { visitConsole } = await load('test/browser/console-visitor.js');

const button = (page, name) => page.getByRole('button', { name, exact: true });
const uninvited = Array.from({ length: 40 }, (_, at) => `person-${String(at * 4 + 4).padStart(3, '0')}@example.com`);

/** Screens in the order of docs/console.md. */
const screens = [
  { name: 'home', path: '' },
  { name: 'people', path: '/people?status=enrolled' },
  {
    name: 'person',
    path: '/people?find=person-001@example.com',
    async prepare(page) {
      await page.getByText('Locked out', { exact: true }).waitFor();
    },
  },
  { name: 'log', path: '/log' },
  {
    name: 'campaign',
    path: '/campaigns',
    async prepare(page) {
      await page.getByLabel('Name', { exact: true }).fill('Pilot');
      await page.getByLabel('A CSV file').check();
      const buffer = Buffer.from(['login', ...uninvited].join('\n'));
      await page
        .getByLabel('CSV file', { exact: true })
        .setInputFiles({ name: 'pilot.csv', mimeType: 'text/csv', buffer });
      await button(page, 'Plan').click();
      await button(page, 'Start').waitFor();
    },
  },
  {
    name: 'connection',
    path: '/connections',
    async prepare(page) {
      await button(page, 'Run all checks').click();
      await page.getByRole('rowheader', { name: 'company' }).getByRole('link').click();
      await page.getByText(/^Checking/).waitFor({ state: 'detached', timeout: 120_000 });
    },
  },
  { name: 'operations', path: '/operations' },
  {
    name: 'help-desk',
    path: '/help-desk',
    async prepare(page) {
      await page.getByLabel('Username').fill('person-001@example.com');
      await page.getByLabel('Send the link').selectOption('Show it here');
      await button(page, 'Request a face check').click();
      await page.getByText('Waiting for the caller to open the link.').waitFor();
    },
  },
  {
    name: 'applications',
    path: '/applications',
    async prepare(page) {
      await page.getByText('Register an application', { exact: true }).first().waitFor();
    },
  },
  { name: 'requests', path: '/requests' },
  { name: 'administrators', path: '/administrators' },
  { name: 'brand', path: '/brand' },
];
const names = process.argv.slice(2);
const company = await startCompany(200, join(root, 'models'), auditEvents);
const browser = await launchChromium({ camera: 'none' });
const origin = new URL(company.consoleUrl).origin;
for (const { name, path, prepare } of screens) {
  if (names.length > 0 && !names.includes(name)) continue;
  const { page, close } = await visitConsole(browser, origin, { key: company.adminKey, path });
  await page.setViewportSize({ width: 1280, height: 860 });
  await prepare?.(page);
  await page.waitForLoadState('networkidle');
  while ((await page.locator('.loading').count()) > 0) await page.waitForTimeout(50);
  await page.evaluate(() => window.scrollTo(0, 0));
  await takePicture(page, `console-${name}-desk`);
  await close();
}
await browser.close();
await company.close();
sayHowMuch();
