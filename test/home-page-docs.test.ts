import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { findFreePort } from '../examples/demo/free-port.js';
import { type Service, startService } from '../examples/demo/service.js';
import { type OktaSimulator, startOktaSimulator } from '../simulators/okta/index.js';
import { cookiesOf } from '../support/benches/console.js';
import { readPage } from '../support/benches/page.js';
import { createFolder } from '../support/run/folder.js';
import { type CompanyProviderServer, startCompanyProvider } from '../support/servers/company-provider.js';
import { configureService } from '../support/servers/service-stage.js';
import { configurationOf } from './oidc/documented.js';

/* What docs/home-page.md says, done to the letter: a server runs with its configuration. Addresses and secrets alone are others. */

const page = readPage('docs/home-page.md');
const [, redirectUri = ''] = /register the redirect address `([^`]*)`/.exec(page) ?? [];
const login = 'ada@example.com';
const hookSecret = 'Bearer a-secret-that-okta-calls-with-0123456789';

let okta: OktaSimulator;
let company: CompanyProviderServer;
let service: Service;
let publicUrl: string;
let ada: string;
beforeAll(async () => {
  const port = await findFreePort();
  publicUrl = `http://localhost:${port}`;
  okta = await startOktaSimulator({});
  ada = await okta.createUser({ login, password: 'correct horse' });
  const here = redirectUri.replace('https://face.example.com', publicUrl);
  company = await startCompanyProvider(here, { [ada]: { login, groups: [] }, nobody: { login, groups: [] } });
  const { written } = configurationOf(
    page,
    { ME_CLIENT_SECRET: company.clientSecret, OKTA_TOKEN: okta.apiToken, OKTA_HOOK_SECRET: hookSecret },
    {
      'https://face.example.com': publicUrl,
      '"issuer": "https://example.okta.com"': `"issuer": "${company.issuer}"`,
      '"orgUrl": "https://example.okta.com"': `"orgUrl": "${okta.url}"`,
      '0oa1ab2cd3': company.clientId,
    },
  );
  service = await startService({ ...configureService(createFolder('home-page-docs'), written), PORT: String(port) });
});
afterAll(async () => {
  await service.stop();
  await company.stop();
  await okta.close();
});

const ask = (address: string, cookie = '') => fetch(address, { redirect: 'manual', headers: { cookie } });
const placeOf = (response: Response) => response.headers.get('location') ?? '';

/** Signs someone in at the provider. @returns the answer to what the browser came back with */
async function signIn(user: string) {
  company.user = user;
  const begun = await ask(`${publicUrl}/me/people/sign-in`);
  const cookie = cookiesOf(begun.headers);
  const back = await company.follow(placeOf(begun));
  expect(`${back.origin}${back.pathname}`).toBe(redirectUri.replace('https://face.example.com', publicUrl));
  const arrived = await ask(back.href, cookie);
  return { arrived, cookie: cookiesOf(arrived.headers) };
}

const openedGuard = z.object({ view: z.looseObject({ purpose: z.string() }), session: z.string() });
const servicesGuard = z.looseObject({ services: z.array(z.looseObject({ name: z.string(), url: z.string() })) });

test('docs/home-page.md: the page offers both sign-ins, and the provider’s sign-in leads to the services', async () => {
  expect(placeOf(await ask(`${publicUrl}/me`))).toBe(`${publicUrl}/me/people`);
  const door = await (await ask(`${publicUrl}/me/people`)).text();
  for (const text of ['name="username"', 'Sign in at Example Ltd']) expect(door).toContain(text);
  const { arrived, cookie } = await signIn(ada);
  const ticket = new URL(placeOf(arrived)).hash.slice(1);
  const post = { method: 'POST', headers: { 'content-type': 'application/json', cookie } };
  const opened = await fetch(`${publicUrl}/face/open`, { ...post, body: JSON.stringify({ ticket }) });
  const { view, session } = openedGuard.parse(await opened.json());
  expect(view.purpose).toBe('manage');
  const shown = await fetch(`${publicUrl}/face/services`, { headers: { authorization: `Bearer ${session}`, cookie } });
  const { services } = servicesGuard.parse(await shown.json());
  expect(services.map(({ name, url }) => [name, url])).toEqual([
    ['Leave', 'https://leave.example.com/'],
    ['Payslips', 'https://pay.example.com/'],
  ]);
});
