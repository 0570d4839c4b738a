import { describe, expect, test } from '@jest/globals';
import { expectAtEveryEndpoint } from '../../support/benches/console.js';
import { createTestConnection } from '../../support/benches/core.js';
import { createMemoryProfile } from '../../support/fakes/simulated-profile.js';
import { adminKey, startApiServer } from '../../support/servers/api-server.js';
import type { JsonObject } from '../core/base/json.js';
import { FaceError } from '../errors.js';
import type { Role } from './rights.js';

const acme = createTestConnection({ id: 'acme', kind: 'okta', profile: createMemoryProfile(['ada']) });
const server = await startApiServer({ connections: new Map([['acme', acme]]) });

const owner = { 'x-admin-key': adminKey };
const post = (path: string, body: JsonObject, headers: Record<string, string> = owner) =>
  server.postJson(path, body, headers);
const remove = (name: string, headers: Record<string, string> = owner) =>
  server.send('DELETE', `/administrators/${name}`, { headers });
const list = (headers: Record<string, string> = owner) => server.send('GET', '/administrators', { headers });

async function add(name: string, role: Role, more: JsonObject = {}): Promise<Record<string, string>> {
  const { status, body } = await post('/administrators', { name, role, ...more });
  expect(status).toBe(201);
  return { 'x-admin-key': String(body.key) };
}

test('every endpoint grants each role exactly its rights', () =>
  expectAtEveryEndpoint(
    server,
    (role) => add(`a-${role}`, role),
    (may) => (may ? null : 'role_missing'),
  ));

describe('an administrator', () => {
  test('receives a key that is shown once and omitted from lists; the key is refused after removal', async () => {
    const { body } = await post('/administrators', { name: 'grace', role: 'auditor' });
    expect(body).toMatchObject({ name: 'grace', role: 'auditor', expiresAt: null });
    const key = String(body.key);
    expect(key).toMatch(/^fsa_[0-9a-f]{24}_[\w-]{43}$/);
    const listed = await list({ 'x-admin-key': key });
    expect(listed.body.administrators).toEqual(
      expect.arrayContaining([
        { name: 'owner', role: 'owner', addedAt: null, expiresAt: null },
        { name: 'grace', role: 'auditor', addedAt: new Date(server.clock.now()).toISOString(), expiresAt: null },
      ]),
    );
    expect(JSON.stringify(listed.body)).not.toContain(key.slice(-43));
    expect(await post('/administrators', { name: 'grace', role: 'owner' })).toMatchObject({
      status: 409,
      body: { code: 'name_taken' },
    });
    expect((await remove('grace')).status).toBe(200);
    expect(await list({ 'x-admin-key': key })).toMatchObject({ status: 401, body: { code: 'caller_untrusted' } });
    expect((await remove('grace')).body.code).toBe('not_found');
    const [added, removed] = ['added', 'removed'].map((what) =>
      server.audit.events.filter(({ action }) => action === `administrator_${what}`).at(-1),
    );
    expect(added?.detail).toEqual({ name: 'grace', role: 'auditor', id: expect.any(String), by: 'owner' });
    expect(removed?.detail).toEqual({ name: 'grace', by: 'owner' });
  });

  test('is not added or removed if the audit trail cannot record the change', async () => {
    const grace = { name: 'grace', role: 'auditor' };
    const { append } = server.audit;
    const whileFull = async (send: () => Promise<{ body: JsonObject }>): Promise<unknown> => {
      server.audit.append = () => Promise.reject(new FaceError('state_unavailable'));
      const { body } = await send();
      server.audit.append = append;
      return body.code;
    };
    expect(await whileFull(() => post('/administrators', grace))).toBe('state_unavailable');
    const added = await post('/administrators', grace);
    expect(added.status).toBe(201);
    expect(await whileFull(() => remove('grace'))).toBe('state_unavailable');
    expect((await list({ 'x-admin-key': String(added.body.key) })).status).toBe(200);
    expect((await remove('grace')).status).toBe(200);
    expect(server.audit.events.at(-1)).toMatchObject({ action: 'administrator_removed', detail: { name: 'grace' } });
  });

  test('can be added with an expiry time', async () => {
    const key = await add('visitor', 'auditor', { expiresIn: 60 });
    server.clock.advanceSec(59);
    expect((await list(key)).status).toBe(200);
    server.clock.advanceSec(1);
    expect((await list(key)).status).toBe(401);
    await add('visitor', 'auditor');
  });

  test('can add owners if it has the role owner; the first owner cannot be removed and the name `owner` is reserved', async () => {
    const second = await add('second', 'owner');
    expect((await post('/administrators', { name: 'third', role: 'owner' }, second)).status).toBe(201);
    expect((await remove('second', second)).status).toBe(200);
    expect((await remove('owner')).body.code).toBe('not_found');
    expect((await post('/administrators', { name: 'owner', role: 'help-desk' })).body.code).toBe('name_taken');
    expect((await list()).status).toBe(200);
  });

  test.each([
    ['its id and the secret of another key', (mine: string, other: string) => `${mine.slice(0, 29)}${other.slice(29)}`],
    ['an unknown id', (mine: string) => `fsa_${'0'.repeat(24)}${mine.slice(28)}`],
    ['one character too many', (mine: string) => `${mine}A`],
  ])('is not authenticated by %s', async (_, forge) => {
    const mine = await add(`m${_.length}`, 'owner');
    const other = await add(`o${_.length}`, 'owner');
    const forged = forge(mine['x-admin-key']!, other['x-admin-key']!);
    expect((await list({ 'x-admin-key': forged })).body.code).toBe('caller_untrusted');
  });
});

test('an administrator with the role help-desk can invite a user; the audit record names that administrator', async () => {
  const helpDesk = await add('desk', 'help-desk');
  const invite = (connection: string) => post('/subjects/invite', { connection, subject: 'ada' }, helpDesk);
  const { status, body } = await invite('acme');
  expect([status, String(body.url)]).toEqual([201, expect.stringContaining('/face?sent#')]);
  expect(server.audit.events.at(-1)).toMatchObject({
    action: 'step_up_started',
    connection: 'acme',
    subject: 'ada',
    detail: { purpose: 'enrol', by: 'desk' },
  });
  expect((await invite('other')).body.code).toBe('connection_unknown');
});

test('an address is limited to 100 wrong admin keys per 15 minutes; the correct key is accepted even then', async () => {
  const fresh = await startApiServer();
  const ask = async (key: string) =>
    (await fresh.send('GET', '/administrators', { headers: { 'x-admin-key': key } })).body.code ?? 'ok';
  // What no one shows a key for counts for nothing.
  for (let tries = 0; tries < 5; tries += 1) await ask('');
  const codes = await Promise.all(Array.from({ length: 110 }, (_, tried) => ask(`fsa_guess-${tried}`)));
  expect(codes.filter((code) => code === 'caller_untrusted')).toHaveLength(100);
  expect(codes.filter((code) => code === 'locked_out')).toHaveLength(10);
  expect(await ask(adminKey)).toBe('ok');
  expect(await ask('fsa_guess')).toBe('locked_out');
  fresh.clock.advanceSec(15 * 60);
  expect(await ask('fsa_guess')).toBe('caller_untrusted');
});
