import { expect } from '@jest/globals';
import { inBrowser, useBrowser, useShared } from '../../support/browser/page-suite.js';
import { createFolder } from '../../support/run/folder.js';
import { adminKey } from '../../support/servers/api-server.js';
import { startCompany, startOperatedServer } from '../../support/servers/operated-server.js';
import { visitConsole } from './console-visitor.js';

/* The console in the quick tier: sign-in, each main screen, a refusal, an ended session. Screens in detail: `npm run test:all`. */

const browser = useBrowser('none');
const origin = useShared(async () => {
  const given = { issuer: 'http://localhost' };
  const operated = await startOperatedServer(await startCompany(), {
    dataFolder: createFolder('console-smoke'),
    given,
  });
  return `http://localhost:${operated.server.port}`;
});

inBrowser('the main screens open without a browser error', async () => {
  const { page, complaints, close } = await visitConsole(browser(), origin(), { key: adminKey });
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  const navigation = page.getByRole('navigation');
  const menu = ['Home', 'People', 'Log', 'Connections', 'Help desk', 'Applications', 'Settings'];
  const entries = navigation.first().getByRole('listitem').getByRole('link');
  expect(await entries.allTextContents()).toEqual(menu);
  for (const name of [...menu.slice(1), 'Brand', 'Administrators']) {
    await navigation.getByRole('link', { name, exact: true }).first().click();
    await page.getByRole('heading', { name: name === 'Settings' ? 'Operations' : name, level: 1 }).waitFor();
  }
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(complaints).toEqual([]);
  await close();
});

inBrowser('an ended session leads to the sign-in and back to the requested screen', async () => {
  const { page, close } = await visitConsole(browser(), origin(), { key: adminKey, path: '/administrators' });
  await page.getByRole('heading', { name: 'Add an administrator' }).waitFor();
  await page.context().clearCookies();
  await page.getByRole('navigation').getByRole('link', { name: 'Applications' }).click();
  await page.getByText('Your session has ended.').waitFor();
  await page.getByLabel('Admin key').fill(adminKey);
  await page.getByRole('button', { name: 'Sign in with the key' }).click();
  await page.getByRole('heading', { name: 'Applications', level: 1 }).waitFor();
  await close();
});

inBrowser('an API error appears as text with its code and the request ID', async () => {
  const { page, close } = await visitConsole(browser(), origin(), { key: adminKey, path: '/administrators' });
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
