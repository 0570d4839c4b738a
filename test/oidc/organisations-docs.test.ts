import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as client from 'openid-client';
import { scimConnectionGuard } from '../../adapters/scim/config.js';
import { createScimAdapter } from '../../adapters/scim/index.js';
import { defineAttribute } from '../../simulators/scim/directory.js';
import { type ScimSimulator, startScimSimulator } from '../../simulators/scim/index.js';
import { projectRoot } from '../paths.js';
import { createKeysFolder } from './issuer.js';
import { type ProviderBench, startProviderBench } from './provider-bench.js';

/*
 * What docs/organisations.md says, done to the letter: its configuration, its program and what it says of the token, against a
 * SCIM server and the service over sockets. Addresses and secrets alone are others.
 */

const page = readFileSync(join(projectRoot, 'docs/organisations.md'), 'utf8');
const blocksOf = (language: string): string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text = '']) => text);
const secret = 'a-secret-of-the-office-0123456789abcdef';

interface SignedIn {
  readonly person: Readonly<Record<string, unknown>>;
  readonly accessToken: string;
}
interface Program {
  begin(company?: string): Promise<{ started: object; url: URL }>;
  finish(address: string, started: object): Promise<SignedIn>;
  may(role: string, signedIn: SignedIn): Promise<boolean>;
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
  scim.directory.extensions.set('urn:ietf:params:scim:schemas:extension:facestep:2.0:User', [defineAttribute('token')]);
  const written = (blocksOf('json')[0] ?? '')
    .replace('https://sso.example.com/scim/v2', scim.baseUrl)
    .replace('https://tax.example.com/callback', redirectUri)
    .replace('{ "env": "SCIM_TOKEN" }', JSON.stringify(scim.bearer))
    .replace('{ "env": "TAX_SECRET" }', JSON.stringify(secret));
  const [given] = JSON.parse(written).connections;
  bench = await startProviderBench({
    ...{ keysFile: keys.file, settings: scimConnectionGuard.parse(given) },
    ...{ reach: { send: (url, init) => fetch(url, init), now: () => Date.now() }, createAdapter: createScimAdapter },
  });
  ada = scim.addUser('ada@example.com');
  await bench.enrol(ada, 'ada');

  const code = (blocksOf('js')[0] ?? '')
    .replace("import * as client from 'openid-client';", '')
    .replace('https://tax.example.com/callback', redirectUri)
    .replaceAll('export async function', 'async function');
  // Over the address that stands in the page: the server is elsewhere.
  const reaching = {
    ...client,
    discovery: (...[server, id, metadata, auth]: Parameters<typeof client.discovery>) =>
      client.discovery(server, id, metadata, auth, {
        [client.customFetch]: (url, init) => bench.send(url, { ...init, body: init.body ?? null }),
      }),
  };
  const environment = { env: { TAX_SECRET: secret } };
  const run = new Function('client', 'process', `return (async () => { ${code}\nreturn { begin, finish, may }; })();`);
  program = await run(reaching, environment);
});
afterAll(async () => {
  await bench.stop();
  await scim.close();
  party.closeAllConnections();
  party.close();
  await keys.remove();
});

const joinOnly = (...names: readonly string[]): void => {
  scim.directory.groups.clear();
  for (const displayName of names) scim.directory.groups.set(displayName, { displayName, members: [ada] });
};

/** From the start of the program to what comes after the face check. */
async function go(company?: string) {
  const { started, url } = await program.begin(company);
  const browser = bench.openBrowser();
  const camera = await browser.say(await browser.walk(url.href), 'ada@example.com');
  return { started, browser, asked: await browser.show(camera.url, 'ada') };
}

test('its configuration and its program sign somebody in for an organisation, until the role ends', async () => {
  joinOnly('corp:T08GB0001A:filer', 'Bakery accounts');
  const { started, browser, asked } = await go();
  for (const text of ['Tax Office', 'Orchard Cycles', 'Harbour Bakery']) expect(asked.text).toContain(text);
  const body = new URLSearchParams({ decision: 'act', organisation: 'T08GB0001A' });
  const back = await browser.walk(asked.url, { method: 'POST', body });
  const signedIn = await program.finish(back.url, started);
  const shown = JSON.parse((blocksOf('json')[1] ?? '').replaceAll('2819c223-7f76-453a-919d-413861904646', ada));
  expect(signedIn.person).toMatchObject(shown);
  expect(await program.may('filer', signedIn)).toBe(true);
  joinOnly('corp:T08GB0001A:reader');
  expect(await program.may('filer', signedIn)).toBe(false);
  joinOnly('Bakery accounts');
  await expect(program.may('filer', signedIn)).rejects.toMatchObject({ status: 401 });
});

test('its program may name one, and gets access_denied where that is not theirs', async () => {
  joinOnly('corp:T08GB0001A:filer', 'Bakery accounts');
  const { asked } = await go('201912345K');
  expect([asked.text.includes('Harbour Bakery'), asked.text.includes('Orchard Cycles')]).toEqual([true, false]);
  const other = await go('53312345A');
  await expect(program.finish(other.asked.url, other.started)).rejects.toMatchObject({ error: 'access_denied' });
});
