import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { administer } from '../../test/administration.js';
import { type ApiServer, adminKey, startApiServer } from '../../test/api-server.js';
import { openLink, openPage } from '../../test/capture-page.js';
import { defaultPolicy } from '../../test/core.js';
import { createTestVerifier } from '../../test/embedded.js';
import { createMemoryProfile } from '../../test/simulated-profile.js';
import type { Connection } from '../core/connection.js';

/* `facestep help-desk`, against a running server. */

let server: ApiServer;
beforeAll(async () => {
  const connection: Connection = {
    ...{ id: 'acme', kind: 'okta', profile: createMemoryProfile(['00u1']), openStepUpRequest: null },
    policy: {
      ...defaultPolicy,
      helpRequests: true,
      bypass: { allowed: true, minutes: 15, approvals: 2, takesKeys: true },
    },
  };
  const plain: Connection = { ...connection, id: 'plain', policy: defaultPolicy };
  const connections = new Map([connection, plain].map((each) => [each.id, each]));
  server = await startApiServer({ verifier: createTestVerifier(), connections });
});
afterAll(() => server.stop());

const run = (args: readonly string[], key = adminKey) => administer(server, ['help-desk', ...args], key);

test('a request for help is listed without moving the cursor, taken and settled', async () => {
  const { token } = await server.issue();
  const asked = { connection: 'acme', subject: '00u1', audience: 'https://app.example.com' };
  const { body } = await server.postJson('/step-ups', asked, { 'x-auth-token': token });
  const page = openPage(server, String((await openLink(server, String(body.url))).body.session));
  await page.post('/face/help', { reason: 'no_camera', note: '\u001b[31mbroken' });
  const { printed } = await run(['requests']);
  expect(printed[1]).toMatch(/no_camera +- +\[31mbroken$/);
  const [{ id }] = JSON.parse((await run(['requests', '--json'])).printed.join('\n'));
  expect((await run(['take', id])).exitCode).toBe(0);
  expect((await run(['settle', id, '--by', 'bypass'])).exitCode).toBe(0);
  expect((await run(['requests'])).printed).toHaveLength(1);
});
