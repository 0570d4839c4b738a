import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { beforeEach, expect, test } from '@jest/globals';
import { z } from 'zod';
import { createFolder } from '../support/run/folder.js';
import { projectRoot } from '../support/run/paths.js';
import { openServer } from './contract/bench.js';

/* scripts/audit.mjs, with the real npm, before a registry that answers as the public one does. */

const run = promisify(execFile);
const id = 'GHSA-wm7h-9275-46v2';
/** In the form in which the public registry answers, but for its score. */
const advisory = {
  id: 1093150,
  url: `https://github.com/advisories/${id}`,
  title: 'Crash in HeaderParser in dicer',
  severity: 'high',
  vulnerable_versions: '<=0.3.1',
  cwe: ['CWE-248'],
};

let folder: string;
let server: Awaited<ReturnType<typeof openServer>>;
let asked: string[];
let answer: { readonly status: number; readonly body: string };
beforeEach(async () => {
  folder = createFolder('audit');
  const dependencies = { dicer: '0.3.1' };
  const manifest = { name: 'audited', version: '1.0.0', dependencies, devDependencies: { jest: '1.0.0' } };
  write('package.json', manifest);
  write('package-lock.json', {
    name: 'audited',
    version: '1.0.0',
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': manifest,
      'node_modules/dicer': { version: '0.3.1', integrity: 'sha512-AAAA' },
      'node_modules/jest': { version: '1.0.0', integrity: 'sha512-AAAA', dev: true },
    },
  });
  writeFileSync(join(folder, 'SECURITY.md'), '# Security\n');
  asked = [];
  answer = { status: 200, body: '{}' };
  server = await openServer(async (request, response) => {
    const sent = await buffer(request);
    if (request.url === '/-/npm/v1/security/advisories/bulk') {
      asked.push(...Object.keys(z.record(z.string(), z.unknown()).parse(JSON.parse(gunzipSync(sent).toString()))));
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    } else response.writeHead(404).end('{}');
  });
});

const write = (name: string, value: object): void => writeFileSync(join(folder, name), JSON.stringify(value));

async function audit(): Promise<{ code: number; stdout: string }> {
  const env = { PATH: process.env.PATH, HOME: folder, npm_config_registry: `${server.url}/` };
  return run(process.execPath, [join(projectRoot, 'scripts/audit.mjs'), folder], { env }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: unknown) => z.object({ code: z.number(), stdout: z.string() }).parse(error),
  );
}

test.each([
  ['without an advisory the audit passes', {}, '', 0, '0 advisories about what runs in production, 0 not answered.'],
  [
    'an advisory without an answer in SECURITY.md fails the audit by its name',
    { dicer: [advisory] },
    '',
    1,
    `NOT ANSWERED: ${id}, dicer`,
  ],
  [
    'an advisory answered in SECURITY.md passes the audit',
    { dicer: [advisory] },
    `- ${id}: unused.\n`,
    0,
    `Answered in SECURITY.md: ${id}`,
  ],
])('%s, and only production dependencies are looked up', async (_, advisories, answered, code, told) => {
  answer = { status: 200, body: JSON.stringify(advisories) };
  writeFileSync(join(folder, 'SECURITY.md'), `# Security\n\n${answered}`);
  expect(await audit()).toEqual({ code, stdout: expect.stringContaining(told) });
  expect(asked).toEqual(['dicer']);
});

test.each([
  ['a registry without an advisory endpoint', { status: 405, body: '' }],
  ['a registry that refuses the request', { status: 403, body: '{"error":"forbidden"}' }],
  ['a registry that answers with a page', { status: 200, body: '<html>' }],
])('%s: the audit passes and prints that no advisories were looked up', async (_, given) => {
  answer = given;
  const { code, stdout } = await audit();
  expect(code).toBe(0);
  expect(stdout).toContain('ADVISORIES WERE NOT LOOKED UP');
});

test.each([
  ['exits with 0 if the audit and the tests pass', { audit: 0, tests: 0, expected: 0 }],
  ['exits with 3 if the tests fail with 3', { audit: 0, tests: 3, expected: 3 }],
  ['exits with 1 if an advisory is not answered', { audit: 1, tests: 0, expected: 1 }],
  ['exits with 3 if an advisory is not answered and the tests fail with 3', { audit: 1, tests: 3, expected: 3 }],
])('.ci/run %s and prints the test summary last', async (_, { audit, tests, expected }) => {
  for (const name of ['.ci', 'scripts', 'bin']) mkdirSync(join(folder, name));
  cpSync(join(projectRoot, '.ci/run'), join(folder, '.ci/run'));
  writeFileSync(join(folder, 'scripts/audit.mjs'), `console.log('the audit'); process.exitCode = ${audit};\n`);
  const npm = join(folder, 'bin/npm');
  writeFileSync(npm, `#!/bin/sh\necho "$@"\necho '5 passed, ${tests} failed'\nexit ${tests}\n`);
  chmodSync(npm, 0o755);
  const env = { PATH: `${join(folder, 'bin')}:${process.env.PATH}` };
  const ended = await run(join(folder, '.ci/run'), { env }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: unknown) => z.object({ code: z.number(), stdout: z.string() }).parse(error),
  );
  expect(ended).toEqual({ code: expected, stdout: `the audit\ntest\n5 passed, ${tests} failed\n` });
});
