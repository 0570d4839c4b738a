import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { adminKey } from '../api-server.js';
import { createFolder } from '../folder.js';
import { type Company, type OperatedServer, startCompany, startOperatedServer } from '../operated-server.js';
import { hasChromium, launchChromium } from './chromium.js';
import { visitConsole } from './console-visitor.js';

/* The console in the quick tier: sign-in, each main screen, a refusal, an ended session. Screens in detail: `npm run test:all`. */

const inBrowser = hasChromium ? test : test.skip;
let browser: Browser;
let company: Company;
let operated: OperatedServer;
let origin: string;
if (hasChromium) {
  beforeAll(async () => {
    company = await startCompany();
    operated = await startOperatedServer(company, {
      dataFolder: createFolder('console-smoke'),
      given: { issuer: 'http://localhost' },
    });
    origin = `http://localhost:${operated.server.port}`;
    browser = await launchChromium({ camera: 'none' });
  });
  afterAll(async () => {
    await browser.close();
    await operated.stop();
    await company.close();
  });
}

inBrowser('the main screens open without a complaint of the browser', async () => {
  const { page, complaints, close } = await visitConsole(browser, origin, { key: adminKey });
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  const navigation = page.getByRole('navigation');
  const screens = ['People', 'Sign-in log', 'Connections', 'Operations', 'Applications', 'Administrators'];
  for (const name of screens) {
    await navigation.getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
  }
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(complaints).toEqual([]);
  await close();
});

inBrowser('a session that has ended leads to the sign-in, and back to where one was', async () => {
  const { page, close } = await visitConsole(browser, origin, { key: adminKey, path: '/administrators' });
  await page.getByRole('heading', { name: 'Add an administrator' }).waitFor();
  await page.context().clearCookies();
  await page.getByRole('navigation').getByRole('link', { name: 'Applications' }).click();
  await page.getByText('Your session has ended.').waitFor();
  await page.getByLabel('Admin key').fill(adminKey);
  await page.getByRole('button', { name: 'Sign in with the key' }).click();
  await page.getByRole('heading', { name: 'Applications', level: 1 }).waitFor();
  await close();
});

inBrowser('a refusal is told in words, with the id of the request', async () => {
  const { page, close } = await visitConsole(browser, origin, { key: adminKey, path: '/administrators' });
  await page.getByLabel('Name', { exact: true }).fill('grace');
  await page.getByRole('button', { name: 'Add' }).click();
  await page.getByLabel('Key of grace').waitFor();
  await page.getByLabel('Name', { exact: true }).fill('grace');
  await page.getByRole('button', { name: 'Add' }).click();
  const told = page.getByRole('alert');
  await told.getByText('This name is taken.').waitFor();
  expect(await told.textContent()).toMatch(/name_taken · Request [0-9a-f]{24}/);
  await close();
});
