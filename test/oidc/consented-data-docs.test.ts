import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { defineAttribute } from '../../simulators/scim/directory.js';
import { readPage } from '../page.js';
import { listenForCallback, openIdClientOver, runProgram, startWithScim } from './documented.js';

/*
 * What docs/consented-data.md says, done to the letter: its configuration, and its program with openid-client, against a SCIM
 * server and the service over sockets. Addresses and secrets alone are others.
 */

const page = readPage('docs/consented-data.md');
const secrets = { LIBRARY_SECRET: 'a-secret-of-the-library-0123456789abcdef' };
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

interface Program {
  begin(): Promise<{ started: object; url: URL }>;
  finish(address: string, started: object): Promise<object>;
}

let party: Awaited<ReturnType<typeof listenForCallback>>;
let service: Awaited<ReturnType<typeof startWithScim>>;
let program: Program;
let ada: string;
beforeAll(async () => {
  party = await listenForCallback();
  const addresses = { 'https://library.example.com/callback': party.redirectUri };
  service = await startWithScim(page, {
    ...{ secrets, addresses, details: { name: { givenName: 'Ada', familyName: 'Lovelace' } } },
    extensions: [[enterprise, defineAttribute('employeeNumber'), 'E-17']],
  });
  ada = service.ada;
  expect(service.connections[0]?.id).toBe('people');
  program = await runProgram<Program>(page, {
    ...{ modules: { client: openIdClientOver(service.bench.send) }, exported: ['begin', 'finish'] },
    ...{ environment: secrets, addresses },
  });
});
afterAll(async () => {
  await service.stop();
  party.close();
});

/** From the start of the program to the page on which the person agrees. */
async function go() {
  const { started, url } = await program.begin();
  const browser = service.bench.openBrowser();
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
