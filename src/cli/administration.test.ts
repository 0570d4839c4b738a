import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { administer } from '../../test/administration.js';
import { type ApiServer, adminKey, startApiServer } from '../../test/api-server.js';
import { createTestVerifier } from '../../test/embedded.js';

/* `facestep applications` and `facestep administrators`, against a running server. */

let server: ApiServer;
beforeAll(async () => {
  server = await startApiServer({ verifier: createTestVerifier() });
});
afterAll(() => server.stop());

const run = (args: readonly string[], key = adminKey) => administer(server, args, key);

test('an application from its registration to its end', async () => {
  const given = [
    '--scopes',
    'verify, match',
    '--per-minute',
    '120',
    '--tenant',
    'acme',
    '--contact',
    'ada@example.com',
  ];
  const { printed } = await run(['applications', 'register', 'door', ...given]);
  const [id = ''] = printed;
  expect(printed).toEqual([expect.stringMatching(/^[0-9a-f]{24}$/)]);
  const listed = await run(['applications', 'list']);
  expect(listed.printed).toEqual([
    'id                        name  tenant  scopes        a minute   a day',
    `${id}  door  acme    verify,match       120  100000`,
  ]);

  const issued = await run(['applications', 'issue-key', id, '--scopes', 'match', '--days', '2']);
  const [key = ''] = issued.printed;
  expect(issued.printed).toEqual([expect.stringMatching(/^fst_[0-9a-f]{24}_.{43}$/)]);
  expect(issued.told.join()).not.toContain(key);
  await server.postJson('/match', {}, { 'x-auth-token': key });
  await server.usage.flush();
  const day = new Date(server.clock.now()).toISOString().slice(0, 10);
  const keyId = key.slice(4, 28);
  const keys = JSON.parse((await run(['applications', 'keys', id, '--json'])).printed.join('\n'));
  const times = { issuedAt: expect.any(String), expiresAt: expect.any(String) };
  expect(keys).toEqual([{ id: keyId, scopes: ['match'], ...times, lastUsed: day }]);

  expect((await run(['applications', 'usage', id])).printed[1]).toContain('photo_missing 1');

  expect((await run(['applications', 'revoke-key', id, keyId])).exitCode).toBe(0);
  expect((await server.postJson('/match', {}, { 'x-auth-token': key })).status).toBe(401);
  const removed = await run(['applications', 'remove', id, '--json']);
  expect(removed.exitCode).toBe(0);
  expect(JSON.parse(removed.printed.join('\n'))).toEqual({ ok: true, output: [] });
  expect(await run(['applications', 'usage', id])).toMatchObject({
    exitCode: 2,
    told: ['Error: The server has nothing by that id.', expect.any(String)],
  });
});

test('an administrator from the first key to the last refusal', async () => {
  const added = await run(['administrators', 'add', 'grace', '--role', 'auditor', '--days', '30']);
  const [key = ''] = added.printed;
  expect(added.printed).toEqual([expect.stringMatching(/^fsa_[0-9a-f]{24}_.{43}$/)]);
  expect((await run(['administrators', 'list'], key)).printed).toEqual([
    expect.stringMatching(/^name +role +added +valid until$/),
    expect.stringMatching(/^owner +owner +at the first start +removed$/),
    expect.stringMatching(/^grace +auditor +\S+Z +\S+Z$/),
  ]);
  await expect(run(['administrators', 'remove', 'grace'], key)).rejects.toMatchObject({ code: 'role_missing' });
  expect((await run(['administrators', 'remove', 'grace'])).exitCode).toBe(0);
  await expect(run(['administrators', 'list'], key)).rejects.toMatchObject({ code: 'caller_untrusted' });
});
