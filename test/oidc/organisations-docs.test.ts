import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { blocksOf, readPage } from '../page.js';
import { listenForCallback, openIdClientOver, runProgram, startWithScim } from './documented.js';

/*
 * What docs/organisations.md says, done to the letter: its configuration, its program and what it says of the token, against a
 * SCIM server and the service over sockets. Addresses and secrets alone are others.
 */

const page = readPage('docs/organisations.md');
const secrets = { TAX_SECRET: 'a-secret-of-the-office-0123456789abcdef' };

interface SignedIn {
  readonly person: Readonly<Record<string, unknown>>;
  readonly accessToken: string;
}
interface Program {
  begin(company?: string): Promise<{ started: object; url: URL }>;
  finish(address: string, started: object): Promise<SignedIn>;
  may(role: string, signedIn: SignedIn): Promise<boolean>;
}

let party: Awaited<ReturnType<typeof listenForCallback>>;
let service: Awaited<ReturnType<typeof startWithScim>>;
let program: Program;
let ada: string;
beforeAll(async () => {
  party = await listenForCallback();
  const addresses = { 'https://tax.example.com/callback': party.redirectUri };
  service = await startWithScim(page, { secrets, addresses });
  ada = service.ada;
  program = await runProgram<Program>(page, {
    ...{ modules: { client: openIdClientOver(service.bench.send) }, exported: ['begin', 'finish', 'may'] },
    ...{ environment: secrets, addresses },
  });
});
afterAll(async () => {
  await service.stop();
  party.close();
});

const joinOnly = (...names: readonly string[]): void => {
  const { groups } = service.scim.directory;
  groups.clear();
  for (const displayName of names) groups.set(displayName, { displayName, members: [ada] });
};

/** From the start of the program to what comes after the face check. */
async function go(company?: string) {
  const { started, url } = await program.begin(company);
  const browser = service.bench.openBrowser();
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
  const shown = JSON.parse((blocksOf(page, 'json')[1] ?? '').replaceAll('2819c223-7f76-453a-919d-413861904646', ada));
  expect(signedIn.person).toMatchObject(shown);
  expect(await program.may('filer', signedIn)).toBe(true);
  joinOnly('corp:T08GB0001A:reader');
  expect(await program.may('filer', signedIn)).toBe(false);
  joinOnly('Bakery accounts');
  await expect(program.may('filer', signedIn)).rejects.toMatchObject({ status: 401 });
});
