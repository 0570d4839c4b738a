import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { testIssuer } from '../support/fakes/keys.js';
import { type EmptyProject, installInEmptyProject } from '../support/run/empty-project.js';
import { type ApiServer, startApiServer } from '../support/servers/api-server.js';

/* The packed client in the project of someone else. */

/** A backend's program: it enrols a face, has it checked, and reads the receipt. */
const program = `
import { createFacestepClient, createReceiptVerifier, FacestepError, type ReceiptClaims } from '@facestep/client';

const [url = '', clientToken = '', issuer = '', at = ''] = process.argv.slice(2);
const audience = 'https://shop.example.com/login';
const client = createFacestepClient({ url, clientToken, fetch: (to, init) => fetch(to, init) });
const photo = (take: number): Buffer => Buffer.from('face ada ' + take + ' 0.9');
const { token } = await client.generate([photo(1)]);
const { id, challenge } = await client.startStepUp({ subject: 'user-1', token, audience, nonce: 'n-1' });
const { state, receipt } = await client.sendPhotos(id, challenge, [photo(2)]);
const receipts = createReceiptVerifier({
  issuer,
  audience,
  keys: { jwksUri: url + '/.well-known/jwks.json', fetch: (to, init) => fetch(to, init) },
  clock: { now: () => Number(at) },
});
const claims: ReceiptClaims = await receipts.verify(receipt ?? '', { subject: 'user-1', nonce: 'n-1' });
const refusal: unknown = await client.quality(Buffer.from('wall')).catch((error: unknown) => error);
const code = refusal instanceof FacestepError ? refusal.code : null;
process.stdout.write(JSON.stringify({ state, subject: claims.sub, code }));
`;

let server: ApiServer;
let project: EmptyProject;
beforeAll(async () => {
  server = await startApiServer();
  project = await installInEmptyProject('client');
}, 180_000);
afterAll(async () => {
  project.remove();
});

test('the client package installs only jose and zod and contains only compiled files', () => {
  expect(project.installed()).toEqual(['@facestep/client', 'jose', 'zod']);
  const files = project.filesOf('@facestep/client');
  expect(files.filter((name) => !/^(package\.json|README\.md|dist\/[\w-]+\.(js|d\.ts))$/.test(name))).toEqual([]);
});

test('a typed program with the client package compiles, runs and verifies a receipt', async () => {
  const { token } = await server.issue();
  const told = await project.run(program, [server.origin, token, testIssuer, String(server.clock.now())]);
  expect(JSON.parse(told)).toEqual({ state: 'passed', subject: 'user-1', code: 'face_none' });
});

test('an internal file of the client package cannot be imported', async () => {
  const reach = `const path: string = '@facestep/client/dist/server-call.js'; await import(path);`;
  await expect(project.run(reach)).rejects.toMatchObject({
    stderr: expect.stringContaining('ERR_PACKAGE_PATH_NOT_EXPORTED'),
  });
});
