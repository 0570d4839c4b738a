import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { defaultPolicy } from '../../support/benches/core.js';
import { drawPicture } from '../../support/fakes/embedded.js';
import { createMemoryProfile } from '../../support/fakes/simulated-profile.js';
import { createFolder } from '../../support/run/folder.js';
import { forFile } from '../../support/run/for-file.js';
import { adminKey, startApiServer } from '../../support/servers/api-server.js';
import { type FaceErrorCode, isOneOf } from '../errors.js';
import type { Endpoint } from '../http/rest/endpoint.js';
import { codesOf } from '../http/rest/openapi.js';
import { toCurlExample } from './catalogue.js';
import { createEndpoints } from './endpoints.js';

const folder = createFolder('catalogue');

const profile = createMemoryProfile(['00u1ab2cd3']);
const acme = { id: 'acme', kind: 'okta', policy: defaultPolicy, profile, openStepUpRequest: null };
const server = await forFile(startApiServer({ connections: new Map([['acme', acme]]) }));
const endpoints: Endpoint[] = createEndpoints(server.deps);

test('each curl example is accepted by the server, or fails only for data that is missing in the test', async () => {
  const { token } = await server.issue();
  for (const name of ['photo', 'photo1', 'photo2', 'photo3', 'photo4', 'photo5', 'probe', 'reference', 'document'])
    writeFileSync(join(folder, `${name}.jpg`), drawPicture('ada', 1));
  const photo = Buffer.from(drawPicture('ada', 1)).toString('base64');
  const stored = await server.postJson('/generate', { photo }, { 'x-auth-token': token });
  writeFileSync(join(folder, 'roster.txt'), String(stored.body.token));
  const unknown = 'SESSION TICKET REQUEST RECEIPT CHALLENGE KIOSK SECRET NONCE ID NAME CONSOLE_TOKEN CONSOLE_COOKIE';
  const env = {
    PATH: process.env.PATH,
    FACESTEP: server.origin,
    FACESTEP_TOKEN: token,
    FACESTEP_ADMIN_KEY: adminKey,
    STORED_TOKEN: String(stored.body.token),
    ...Object.fromEntries(unknown.split(' ').map((name) => [name, 'a1b2'])),
    DIGEST: 'a'.repeat(43),
    DEVELOPER: 'a'.repeat(43),
  };
  // What changes the server as a whole is not run: its fields are held against their guard.
  const run = endpoints.filter(({ tag }) => tag !== 'Operations');
  const lines = run.map((endpoint) => `${toCurlExample(endpoint).replace(/^curl/, 'curl -sS')}; echo`);
  const { stdout } = await promisify(execFile)('bash', ['-euc', lines.join('\n')], { cwd: folder, env });
  // A reply in lines ends with a line break of its own.
  const answers = stdout
    .trim()
    .split('\n')
    .filter((answer) => answer !== '');
  expect(answers).toHaveLength(run.length);
  const misunderstood = run.flatMap((endpoint, index) => {
    const { ok, code = '' } = JSON.parse(answers[index]!) as { ok: boolean; code?: FaceErrorCode };
    const isKnown = ok || (code !== '' && isOneOf(codesOf(endpoint), code) && isOneOf(missingHere, code));
    return isKnown ? [] : [`${endpoint.path}: ${code}`];
  });
  expect(misunderstood).toEqual([]);
  expect(answers.filter((answer) => answer.startsWith('{"ok":true')).length).toBeGreaterThan(20);
});

/** What an example cannot have here: a session, a link, an id that an earlier call gave, a verified contact. */
const missingHere = [
  'draft_outdated',
  'draft_changed',
  'configuration_read_only',
  'caller_untrusted',
  'step_up_unknown',
  'not_found',
  'contact_unverified',
  'code_wrong',
  'connection_unknown',
  'token_revoked',
  'receipt_invalid',
] as const;
