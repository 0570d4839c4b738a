import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { drawPicture } from '../support/fakes/embedded.js';
import { readExample, runExample } from '../support/run/example.js';
import { projectRoot } from '../support/run/paths.js';
import { startApiServer } from '../support/servers/api-server.js';
import * as published from './index.js';
import { createFacestepClient, createReceiptVerifier, digestAction } from './index.js';

let receipt: unknown;
const nonce = 'n-1';
/** Sends the addresses of the examples to the server of this test. */
const fetchHere = (url: string | URL, init?: RequestInit) =>
  fetch(String(url).replace('https://face.example.com', server.origin), init);

const server = await startApiServer();

test('the example of createFacestepClient returns a receipt', async () => {
  const { token: clientToken } = await server.issue();
  const photos = { enrolmentPhoto: drawPicture('ada', 1), photo: drawPicture('ada', 2) };
  const given = { createFacestepClient, clientToken, nonce, fetch: fetchHere, ...photos };
  const result = await runExample('client/journey.ts', 'createFacestepClient', given, '{ state, receipt }');
  expect(result).toEqual({ state: 'passed', receipt: expect.any(String) });
  receipt = (result as { receipt: unknown }).receipt;
});

test('the example of createReceiptVerifier returns the claims of a receipt', async () => {
  const given = { createReceiptVerifier, receipt, nonce, fetch: fetchHere, Date: server.clock };
  const claims = await runExample('client/receipt-verifier.ts', 'createReceiptVerifier', given, 'claims');
  expect(claims).toMatchObject({ sub: 'user-1', acr: 'face' });
});

test('the example of digestAction returns 64 hexadecimal digits', async () => {
  expect(await runExample('client/action.ts', 'digestAction', { digestAction }, 'digest')).toMatch(/^[0-9a-f]{64}$/);
});

test('each published function has an example', () => {
  const source = readFileSync(join(projectRoot, 'client/index.ts'), 'utf8');
  const functions = Object.entries(published).flatMap(([name, value]) =>
    typeof value === 'function' && /^[a-z]/.test(name) ? [name] : [],
  );
  expect(functions.length).toBeGreaterThan(4);
  for (const name of functions) {
    const [, file] = new RegExp(`\\b${name}\\b[^}]*\\} from '\\./([\\w-]+)\\.js'`).exec(source) ?? [];
    expect(readExample(`client/${file}.ts`, name)).toContain(name);
  }
});
