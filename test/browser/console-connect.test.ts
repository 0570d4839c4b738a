import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect } from '@jest/globals';
import { exportJWK } from 'jose';
import type { Page } from 'playwright-core';
import { providers } from '../../adapters/index.js';
import { findFreePort } from '../../examples/demo/free-port.js';
import { type Service, startService } from '../../examples/demo/service.js';
import { type OktaSimulator, startOktaSimulator } from '../../simulators/okta/index.js';
import { toVariable } from '../../src/drafts/connect.js';
import { hasChromium } from '../../support/browser/chromium.js';
import { inBrowser, useBrowser } from '../../support/browser/page-suite.js';
import { createFolder } from '../../support/run/folder.js';
import { modelsFolder } from '../../support/run/paths.js';
import { type ConsoleVisitor, visitConsole } from './console-visitor.js';

/* A provider that an owner connects in the console, from a server without connections to a set-up connection. */

const adminKey = `fsa_${'k'.repeat(32)}`;
const hookSecret = 'a-secret-of-the-hooks-0123456789abcdef';
const browser = useBrowser('none');
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));

let okta: OktaSimulator;
let folder: string;
let service: Service | null;
let visitor: ConsoleVisitor | null;
let env: Record<string, string>;
if (hasChromium) {
  beforeEach(async () => {
    okta = await startOktaSimulator({});
    folder = createFolder('console-connect');
    const port = String(await findFreePort());
    const config = {
      publicUrl: `http://localhost:${port}`,
      modelsFolder,
      adminKey,
      configurationFolder: `${folder}-versions`,
      verifier: { kind: 'embedded', workers: 1 },
    };
    writeFileSync(`${folder}.json`, JSON.stringify(config, null, 2));
    env = { PORT: port, FACESTEP_DATA: folder, FACESTEP_CONFIG: `${folder}.json` };
    [service, visitor] = [null, null];
  });
  afterEach(async () => {
    await visitor?.close();
    await service?.stop();
    await okta.close();
  });
}

async function visit(secrets: Record<string, string>, path = '/connections'): Promise<Page> {
  await visitor?.close();
  await service?.stop();
  service = await startService({ ...env, ...secrets }, `${folder}.log`);
  visitor = await visitConsole(browser(), service.url.replace('127.0.0.1', 'localhost'), { key: adminKey, path });
  return visitor.page;
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
  await page.getByRole('button', { name: 'Save in the draft' }).click();
}

inBrowser('an owner connects Okta to a server without connections, and sets it up, in the console alone', async () => {
  const names = ['schemas', 'inlineHooks', 'authorizationServers', 'eventHooks', 'policies', 'users', 'idps'];
  const { id: clientId } = okta.addClient({
    publicJwks: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256' }],
    scopes: names.flatMap((name) => [`okta.${name}.read`, `okta.${name}.manage`]),
    requireDpop: true,
  });
  const page = await visit({});
  await page.getByText('The configuration names no connection yet.').waitFor();
  await page.getByRole('link', { name: 'Connect a provider' }).click();
  const values = { 'okta.orgUrl': okta.url, 'okta.auth.clientId': clientId, 'okta.auth.keyId': 'k1' };
  await state(page, 'okta', 'acme-eu', values);
  const stated = { id: 'acme-eu', kind: 'okta', values };
  await page.getByText(toVariable('API_SECRET', stated), { exact: true }).waitFor();
  // The document that the guide names is a link to its page.
  const guide = await page.getByRole('link', { name: 'adapters/okta/README.md' }).first().getAttribute('href');
  expect(guide).toBe('/docs/adapters/okta/');
  expect((await page.request.get(new URL(String(guide), page.url()).href)).status()).toBe(200);
  await page.getByText('A variable is not set yet.').waitFor();
  expect(await page.getByRole('button', { name: 'Activate the draft' }).count()).toBe(0);

  // The draft survives the restart that the variables need.
  const secrets = { [toVariable('API_SECRET', stated)]: pem, [toVariable('HOOK_SECRET', stated)]: hookSecret };
  const again = await visit(secrets, '/connections/_new');
  await again.getByLabel('Reason').fill('first connection');
  expect(await again.getByText('A variable is not set yet.').count()).toBe(0);
  await again.getByRole('button', { name: 'Activate the draft' }).click();
  await again.getByRole('link', { name: 'Set up the connection' }).click();
  await again.getByRole('button', { name: 'Preview changes' }).click();
  const hook = again.getByRole('row').filter({ hasText: 'Inline hook: token' });
  await hook.getByText('By hand in the provider’s console').click();
  await hook.getByText('Authentication secret: the value of okta.hooks.secret.value').waitFor();
  await again.getByRole('button', { name: 'Set up', exact: true }).click();
  await again.getByRole('alertdialog').getByRole('button', { name: 'Set up', exact: true }).click();
  await again.getByText('All steps are done.').waitFor();
  expect([...okta.org.hooks.values()].map(({ channel }) => channel.config.uri)).toEqual([
    `${service?.url.replace('127.0.0.1', 'localhost')}/hooks/acme-eu/token`,
  ]);
  const file = readFileSync(`${folder}.json`, 'utf8');
  expect(file).not.toContain('PRIVATE KEY');
  expect(file).not.toContain(hookSecret);
});
