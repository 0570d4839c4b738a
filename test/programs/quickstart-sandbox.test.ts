import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { issueClientToken } from '../../examples/demo/backend.js';
import { findFreePort } from '../../examples/demo/free-port.js';
import { type Service, startService } from '../../examples/demo/service.js';
import { createFolder } from '../../support/run/folder.js';
import { projectRoot } from '../../support/run/paths.js';
import { configureService, serviceKey } from '../../support/servers/service-stage.js';

/* The quickstart with test people, as the page prints it. */

const page = readFileSync(join(projectRoot, 'docs/quickstart-sandbox.md'), 'utf8');
const codeOf = (language: string): string =>
  new RegExp(`\\n\`\`\`${language}\\n([\\s\\S]*?)\\n\`\`\``).exec(page)?.[1] ?? '';

let service: Service;
let clientToken: string;

async function start(hasPublicUrl: boolean): Promise<Service> {
  const folder = createFolder('quickstart');
  const config = z.looseObject({ publicUrl: z.string() }).parse(JSON.parse(codeOf('json')));
  const port = String(await findFreePort());
  const publicUrl = hasPublicUrl ? config.publicUrl.replace(/:8080$/, `:${port}`) : null;
  return startService({ ...configureService(folder, { ...config, publicUrl }), PORT: port });
}
beforeAll(async () => {
  service = await start(true);
  clientToken = await issueClientToken(service.url, serviceKey, { name: 'quickstart', scopes: ['verify'] });
}, 180_000);
afterAll(() => service.stop());

const run = (subject: string, program = codeOf('js')) =>
  new Promise<string>((resolve) => {
    const file = join(projectRoot, 'dist/test/programs', `quickstart-${subject}.mjs`);
    writeFileSync(file, program);
    const env = { ...process.env, FACESTEP_URL: service.url, FACESTEP_CLIENT_TOKEN: clientToken };
    execFile(process.execPath, [file, subject], { cwd: projectRoot, env }, (_, stdout, stderr) => {
      rmSync(file);
      resolve(stdout + stderr);
    });
  });

test('the program of the quickstart verifies a receipt of pass@, and prints how the others end', async () => {
  expect(await run('pass@')).toBe(`Verified: pass@, issued by ${service.url}/test\n`);
  expect(await run('refuse@')).toBe('The check of refuse@ ended: failed\n');
  expect(await run('expire@')).toBe('The check of expire@ ended: expired\n');
  expect(await run('lockout@')).toContain('locked_out');
  expect(await run('unenrolled@')).toBe('The check of unenrolled@ ended: failed\n');
});

test('without acceptTests, the receipt of the quickstart is refused', async () => {
  expect(await run('pass@', codeOf('js').replace(', acceptTests: true', ''))).toContain('of a test person');
});

const administer = async ({ url }: Service, path: string, body: object = {}) => {
  const answer = await fetch(`${url}/v1/connections/sandbox/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-admin-key': serviceKey },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
};

test('the mode of the sandbox can be switched, and switched back by a person who is sure', async () => {
  for (const body of [{ mode: 'shadow' }, { mode: 'enforce', isSure: true }])
    expect((await administer(service, 'mode', body)).body).toMatchObject({ mode: { inForce: body.mode } });
});

test('without a public address, no user is asked, so the mode can be switched back without more', async () => {
  const other = await start(false);
  try {
    for (const mode of ['shadow', 'enforce'])
      expect((await administer(other, 'mode', { mode })).body).toMatchObject({ mode: { inForce: mode } });
  } finally {
    await other.stop();
  }
});

test('the console can show the secrets and the setup of the sandbox', async () => {
  for (const path of ['secrets', 'plan']) {
    const address = `${service.url}/v1/connections/sandbox/${path}`;
    expect((await fetch(address, { headers: { 'x-admin-key': serviceKey } })).status).toBe(200);
  }
});
