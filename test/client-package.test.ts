import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { type ApiServer, startApiServer } from './api-server.js';
import { createTestVerifier } from './embedded.js';
import { testIssuer } from './keys.js';
import { projectRoot } from './paths.js';

/* The packed client in the project of somebody else, which is empty. */

const run = promisify(execFile);
const project = mkdtempSync(join(tmpdir(), 'facestep-client-package-'));
const npm = (args: readonly string[], cwd: string) =>
  run('npm', [...args], { cwd, env: { ...process.env, npm_config_update_notifier: 'false' } });

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
beforeAll(async () => {
  server = await startApiServer({ verifier: createTestVerifier() });
  const { stdout } = await npm(['pack', '--json', '--pack-destination', project], join(projectRoot, 'client'));
  const [{ filename }] = z.tuple([z.object({ filename: z.string() })]).parse(JSON.parse(stdout));
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  copyFileSync(join(projectRoot, '.npmrc'), join(project, '.npmrc'));
  await npm(['install', '--prefer-offline', `./${filename}`], project);
  writeFileSync(join(project, 'program.ts'), program);
  const compilerOptions = {
    ...{ target: 'es2022', module: 'nodenext', strict: true, exactOptionalPropertyTypes: true },
    ...{ types: ['node'], typeRoots: [join(projectRoot, 'node_modules/@types')] },
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
}, 180_000);
afterAll(async () => {
  await server.stop();
  rmSync(project, { recursive: true });
});

test('it brings two packages and nothing else', () => {
  const installed = readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'));
  expect(installed.toSorted()).toEqual(['@facestep', 'jose', 'zod']);
  expect(readdirSync(join(project, 'node_modules/@facestep'))).toEqual(['client']);
  const files = readdirSync(join(project, 'node_modules/@facestep/client/dist'));
  expect(files.filter((name) => !/^[\w-]+\.(js|d\.ts)$/.test(name) || name.includes('.test.'))).toEqual([]);
});

test('a program written against its types compiles, runs, and reads the receipt of a check', async () => {
  await run(process.execPath, [join(projectRoot, 'node_modules/typescript/bin/tsc'), '-p', project]);
  const { token } = await server.issue();
  const args = [join(project, 'program.js'), server.origin, token, testIssuer, String(server.clock.now())];
  const { stdout } = await run(process.execPath, args, { cwd: project });
  expect(JSON.parse(stdout)).toEqual({ state: 'passed', subject: 'user-1', code: 'face_none' });
});

test('what it does not offer cannot be imported', async () => {
  const reach = "await import('@facestep/client/dist/server-call.js')";
  const reached = run(process.execPath, ['--input-type=module', '--eval', reach], { cwd: project });
  await expect(reached).rejects.toMatchObject({ stderr: expect.stringContaining('ERR_PACKAGE_PATH_NOT_EXPORTED') });
});
