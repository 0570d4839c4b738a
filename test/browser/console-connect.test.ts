import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect } from '@jest/globals';
import { exportJWK } from 'jose';
import type { BrowserContext, Page } from 'playwright-core';
import { providers } from '../../adapters/index.js';
import { findFreePort } from '../../examples/demo/free-port.js';
import { type Service, startService } from '../../examples/demo/service.js';
import { type OktaSimulator, startOktaSimulator } from '../../simulators/okta/index.js';
import { hasChromium } from '../../support/browser/chromium.js';
import { inBrowser, useBrowser } from '../../support/browser/page-suite.js';
import { until } from '../../support/run/eventually.js';
import { createFolder } from '../../support/run/folder.js';
import { patienceMs } from '../../support/run/patience.js';

/* The first start: an empty server, a browser, and a provider, without a file and without a terminal. */

const browser = useBrowser('none');
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));

let okta: OktaSimulator;
let folder: string;
let service: Service;
let context: BrowserContext;
if (hasChromium) {
  beforeEach(async () => {
    okta = await startOktaSimulator({});
    folder = createFolder('console-connect');
    const env = { PORT: String(await findFreePort()), FACESTEP_DATA: folder, FACESTEP_CONFIG: '' };
    service = await startService(env, `${folder}.log`);
    context = await browser().newContext({ locale: 'en-GB', viewport: { width: 1280, height: 800 } });
    context.setDefaultTimeout(patienceMs);
  });
  afterEach(async () => {
    await context.close();
    await service.stop();
    await okta.close();
  });
}

async function openFirst(page: Page): Promise<void> {
  await page.goto(/http:\S+_start#\S+/.exec(service.said.join('\n'))?.[0] ?? '');
  await page.getByRole('button', { name: 'Set up this server' }).click();
}

/** Answers the questions of the first start, and signs in with the key of the new owner. */
async function setUpServer(page: Page): Promise<void> {
  await openFirst(page);
  await page.getByLabel('Public address').fill(service.url.replace('127.0.0.1', 'localhost'));
  await page.getByLabel('Your name').fill('ada');
  await page.getByRole('button', { name: 'Save and restart' }).click();
  const key = await page.getByLabel('Your key').inputValue();
  await page.getByRole('link', { name: 'Sign in with it at' }).click();
  await page.getByLabel('Admin key').fill(key);
  await page.getByRole('button', { name: 'Sign in with the key' }).click();
}

async function state(page: Page, kind: string, id: string, values: Readonly<Record<string, string>>): Promise<void> {
  const guide = providers.find((each) => each.kind === kind)?.guide;
  await page.getByLabel('Provider', { exact: true }).selectOption(kind);
  for (const line of guide?.preparation ?? []) await page.getByText(line).first().waitFor();
  await page.getByLabel('Id of the connection').fill(id);
  for (const { setting, text, isOptional } of guide?.fields ?? []) {
    const value = values[setting];
    if (value !== undefined)
      await page.getByLabel(isOptional ? `${text} (optional)` : text, { exact: true }).fill(value);
  }
  for (const { setting, text } of guide?.secrets ?? []) {
    const value = values[setting];
    if (value !== undefined) await page.getByLabel(text, { exact: true }).fill(value);
  }
  const saved = page.waitForResponse(/draft\/connect/);
  await page.getByRole('button', { name: 'Save in the draft' }).click();
  await saved;
}

inBrowser('an owner sets an empty server up, connects Okta and rotates a secret, in a browser alone', async () => {
  const names = ['schemas', 'inlineHooks', 'authorizationServers', 'eventHooks', 'policies', 'users', 'idps'];
  const { id: clientId } = okta.addClient({
    publicJwks: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256' }],
    scopes: names.flatMap((name) => [`okta.${name}.read`, `okta.${name}.manage`]),
    requireDpop: true,
  });
  const page = await context.newPage();
  await setUpServer(page);
  const visitor = await browser().newContext({ locale: 'en-GB' });
  const late = await visitor.newPage();
  await openFirst(late);
  await late.getByText('This address was already used').waitFor();
  await visitor.close();
  const values = { 'okta.orgUrl': okta.url, 'okta.auth.clientId': clientId, 'okta.auth.keyId': 'k1' };
  await page.getByLabel('Provider', { exact: true }).selectOption('okta');
  const hookSecret = page.getByLabel('Secret that Okta sends with each call of a hook');
  const shown = await hookSecret.inputValue();
  for (const privateKey of [pem, ` ${pem}\n`]) {
    await state(page, 'okta', 'acme-eu', { ...values, 'okta.auth.privateKey': privateKey });
    await page.getByLabel('Reason').waitFor();
    expect(await hookSecret.inputValue()).toBe(shown);
  }
  // The document that the guide names is a link to its page.
  const guide = await page.getByRole('link', { name: 'adapters/okta/README.md' }).first().getAttribute('href');
  expect(guide).toBe('/docs/adapters/okta/');
  expect((await page.request.get(new URL(String(guide), page.url()).href)).status()).toBe(200);

  await page.getByLabel('Reason').fill('first connection');
  await page.getByRole('button', { name: 'Activate the draft' }).click();
  await page.getByRole('link', { name: 'Set up the connection' }).click();
  await page.getByRole('button', { name: 'Preview changes' }).click();
  const hook = page.getByRole('row').filter({ hasText: 'Inline hook: token' });
  await hook.getByText('By hand in the provider’s console').click();
  await hook.getByText('Authentication secret: the value of okta.hooks.secret.value').waitFor();
  await page.getByRole('button', { name: 'Set up', exact: true }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Set up', exact: true }).click();
  await page.getByText('All steps are done.').waitFor();
  await page.getByRole('heading', { name: 'What is next' }).waitFor();
  await page.getByText('Not seen yet').nth(1).waitFor();
  const hooks = () => JSON.stringify([...okta.org.hooks.values()]);
  expect(hooks()).toContain(shown);
  expect(hooks()).toContain(`${service.url.replace('127.0.0.1', 'localhost')}/hooks/acme-eu/token"`);

  await page.getByRole('navigation', { name: 'acme-eu' }).getByRole('link', { name: 'Settings' }).click();
  const fresh = await page.getByLabel('New secret').first().inputValue();
  await page.getByRole('button', { name: 'Put it into the draft' }).first().click();
  await page.getByLabel('Reason').fill('rotation');
  expect(await page.getByLabel('New secret').first().inputValue()).toBe(fresh);
  await page
    .getByRole('row')
    .filter({ hasText: 'okta.hooks.secret.value' })
    .getByText('Set', { exact: true })
    .waitFor();
  await page.getByRole('button', { name: 'Activate the draft' }).click();
  await page.getByText('Both secrets are accepted until').first().waitFor();
  await page.getByRole('button', { name: 'Push secrets to provider' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Push secrets to provider' }).click();
  await until(() => hooks().includes(fresh));
  await page.getByText('All steps are done.').waitFor();
  const file = readFileSync(`${folder}/configuration.json`, 'utf8');
  expect(file).not.toMatch(/PRIVATE KEY/);
  expect(file).not.toContain(fresh);
});
