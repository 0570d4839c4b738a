import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as client from 'openid-client';
import { connectionGuards } from '../../adapters/index.js';
import { scimConnectionGuard } from '../../adapters/scim/config.js';
import { createScimAdapter } from '../../adapters/scim/index.js';
import { defineAttribute } from '../../simulators/scim/directory.js';
import { type ScimSimulator, startScimSimulator } from '../../simulators/scim/index.js';
import { createConfigGuard } from '../../src/config/schema.js';
import { projectRoot } from '../paths.js';
import { createKeysFolder } from './issuer.js';
import { type ProviderBench, startProviderBench } from './provider-bench.js';

/*
 * What docs/consented-data.md says, done to the letter: its configuration, and its program with openid-client, against a SCIM
 * server and the service over sockets. Addresses and secrets alone are others.
 */

const page = readFileSync(join(projectRoot, 'docs/consented-data.md'), 'utf8');
const blockOf = (language: string): string =>
  new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? '';
const secret = 'a-secret-of-the-library-0123456789abcdef';
const token = 'urn:ietf:params:scim:schemas:extension:facestep:2.0:User';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

interface Program {
  begin(): Promise<{ started: object; url: URL }>;
  finish(address: string, started: object): Promise<object>;
}

let keys: Awaited<ReturnType<typeof createKeysFolder>>;
let party: Server;
let scim: ScimSimulator;
let bench: ProviderBench;
let program: Program;
let ada: string;
beforeAll(async () => {
  keys = await createKeysFolder();
  party = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1');
  await once(party, 'listening');
  const address = party.address();
  const redirectUri = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/callback`;
  scim = await startScimSimulator();
  const { extensions } = scim.directory;
  extensions.set(token, [defineAttribute('token')]).set(enterprise, [defineAttribute('employeeNumber')]);

  const written = blockOf('json')
    .replace('https://sso.example.com/scim/v2', scim.baseUrl)
    .replace('https://library.example.com/callback', redirectUri)
    .replace('{ "env": "SCIM_TOKEN" }', JSON.stringify(scim.bearer))
    .replace('{ "env": "LIBRARY_SECRET" }', JSON.stringify(secret));
  const [settings] = createConfigGuard(connectionGuards).parse(JSON.parse(written)).connections;
  const [given] = JSON.parse(written).connections;
  expect(settings?.id).toBe('people');
  bench = await startProviderBench({
    ...{ keysFile: keys.file, settings: scimConnectionGuard.parse(given) },
    ...{ reach: { send: (url, init) => fetch(url, init), now: () => Date.now() }, createAdapter: createScimAdapter },
  });
  ada = scim.addUser('ada@example.com');
  const user = scim.directory.users.get(ada)!;
  Object.assign(user.details, { name: { givenName: 'Ada', familyName: 'Lovelace' } });
  user.extensions.set(enterprise, new Map([['employeeNumber', 'E-17']]));
  await bench.enrol(ada, 'ada');

  const code = blockOf('js')
    .replace("import * as client from 'openid-client';", '')
    .replace('https://library.example.com/callback', redirectUri)
    .replaceAll('export async function', 'async function');
  // Over the address that stands in the page: the server is elsewhere.
  const reaching = {
    ...client,
    discovery: (...[server, id, metadata, auth]: Parameters<typeof client.discovery>) =>
      client.discovery(server, id, metadata, auth, {
        [client.customFetch]: (url, init) => bench.send(url, { ...init, body: init.body ?? null }),
      }),
  };
  const environment = { env: { LIBRARY_SECRET: secret } };
  const run = new Function('client', 'process', `return (async () => { ${code}\nreturn { begin, finish }; })();`);
  program = await run(reaching, environment);
});
afterAll(async () => {
  await bench.stop();
  await scim.close();
  party.closeAllConnections();
  party.close();
  await keys.remove();
});

/** From the start of the program to the page on which the person agrees. */
async function go() {
  const { started, url } = await program.begin();
  const browser = bench.openBrowser();
  const asked = await browser.walk(url.href);
  const camera = await browser.say(asked, 'ada@example.com');
  return { started, browser, consent: await browser.show(camera.url, 'ada') };
}

const shownIn = (text: string): string => /name="shown" value="([^"]*)"/.exec(text)?.[1] ?? '';

test('its configuration and its program fill a form, for whoever agrees', async () => {
  const { started, browser, consent } = await go();
  for (const text of ['City Library', 'Your name is printed on the card', 'Staff number', 'E-17', 'Lovelace'])
    expect(consent.text).toContain(text);
  const answer = { shown: shownIn(consent.text), claim: 'employee_number', decision: 'agree' };
  const back = await browser.walk(consent.url, { method: 'POST', body: new URLSearchParams(answer) });
  expect(await program.finish(back.url, started)).toMatchObject({
    ...{ sub: ada, given_name: 'Ada', family_name: 'Lovelace', employee_number: 'E-17' },
  });
  // The next time only the face is asked for.
  const again = await go();
  const known = await program.finish(again.consent.url, again.started);
  expect(known).toMatchObject({ given_name: 'Ada', employee_number: 'E-17' });
  expect(known).not.toHaveProperty('email');
});

test('its program gets access_denied of who does not agree', async () => {
  await bench.server.postJson(
    '/subjects/withdraw-data-consents',
    { connection: 'people', subject: ada },
    { 'x-admin-key': 'fsa_test-administrator' },
  );
  const { started, browser, consent } = await go();
  const body = new URLSearchParams({ shown: shownIn(consent.text), decision: 'refuse' });
  const back = await browser.walk(consent.url, { method: 'POST', body });
  await expect(program.finish(back.url, started)).rejects.toMatchObject({ error: 'access_denied' });
});

test('every JSON on the page is JSON, and its sources of claims are ones that a connection takes', () => {
  const [, sources = ''] = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) => text);
  const { claims } = JSON.parse(sources);
  const guard = scimConnectionGuard.shape.claims;
  expect(Object.keys(guard.parse(claims))).toEqual(['employee_number', 'name', 'address']);
});
