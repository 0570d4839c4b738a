import { describe, expect, test } from '@jest/globals';
import { asAdmin, startApiServer } from '../../support/servers/api-server.js';
import type { JsonObject } from '../core/base/json.js';
import { FaceError } from '../errors.js';
import { maxKeys } from './application-keys.js';
import { maxApplications, registerApplication } from './applications.js';

const server = await startApiServer();

const post = (path: string, body: JsonObject = {}) => server.postJson(path, body, asAdmin);
const get = (path: string) => server.send('GET', path, { headers: asAdmin });
const change = (id: string, terms: JsonObject) =>
  server.send('PATCH', `/applications/${id}`, {
    headers: { ...asAdmin, 'content-type': 'application/json' },
    body: JSON.stringify(terms),
  });
const remove = (id: string) => server.send('DELETE', `/applications/${id}`, { headers: asAdmin });
const report = (token: unknown) => server.postJson('/token', {}, { 'x-auth-token': String(token) });

async function register(terms: JsonObject = {}): Promise<string> {
  const answer = await post('/applications', { name: 'shop', ...terms });
  expect(answer.status).toBe(201);
  return String(answer.body.id);
}

async function issue(id: string, request: JsonObject = {}): Promise<{ token: string; id: string }> {
  const answer = await post(`/applications/${id}/keys`, request);
  expect(answer.status).toBe(201);
  return { token: String(answer.body.token), id: String(answer.body.id) };
}

const eventsOf = (action: string) => server.audit.events.filter((event) => event.action === action);

describe('an application', () => {
  test('is not registered, changed or removed if the audit trail cannot record the change', async () => {
    const id = await register();
    const all = (await get('/applications')).body;
    const { append } = server.audit;
    server.audit.append = () => Promise.reject(new FaceError('state_unavailable'));
    expect((await post('/applications', { name: 'unseen' })).body.code).toBe('state_unavailable');
    const widened = await change(id, { scopes: ['enrol', 'verify', 'score'] });
    expect(widened.body.code).toBe('state_unavailable');
    expect((await get('/applications')).body).toEqual(all);
    expect((await remove(id)).body.code).toBe('state_unavailable');
    server.audit.append = append;
    expect((await get(`/applications/${id}`)).status).toBe(200);
    expect((await remove(id)).status).toBe(200);
    expect(eventsOf('application_removed').at(-1)?.detail).toMatchObject({ id, by: 'owner' });
  });

  test.each<[string, JsonObject]>([
    ['no name', {}],
    ['an unknown scope', { name: 'a', scopes: ['admin'] }],
    ['a quota of half a request a day', { name: 'a', perDay: 0.5 }],
  ])('is not registered with %s', async (_, body) => {
    expect(await post('/applications', body)).toMatchObject({ status: 400, body: { code: 'request_malformed' } });
  });

  test('may do the least if no scopes are given', async () => {
    expect((await get(`/applications/${await register()}`)).body.scopes).toEqual(['verify']);
  });

  test('keeps the omitted fields when changed in part, and is not found after removal', async () => {
    const id = await register({ contact: 'ada@example.com' });
    server.clock.advanceSec(1);
    const before = (await get(`/applications/${id}`)).body;
    const { body } = await change(id, { perMinute: 5 });
    expect(body).toEqual({ ...before, perMinute: 5, changedAt: expect.not.stringMatching(String(before.changedAt)) });
    expect((await change(id, { tenant: 'other' })).body.code).toBe('field_unknown');
    expect((await remove(id)).status).toBe(200);
    for (const answer of [await remove(id), await change(id, {}), await post(`/applications/${id}/keys`)])
      expect(answer.body.code).toBe('not_found');
    expect((await get(`/applications/${id}`)).status).toBe(404);
  });
});

describe('API keys of an application', () => {
  test('are client tokens of the application’s tenant, with all or some scopes of the application', async () => {
    const id = await register({ tenant: 'acme', scopes: ['enrol', 'verify'] });
    const all = await issue(id);
    expect((await report(all.token)).body).toMatchObject({
      id: all.id,
      name: 'shop',
      tenant: 'acme',
      scopes: ['enrol', 'verify'],
      application: id,
    });
    const some = await issue(id, { scopes: ['verify'], expiresIn: 60 });
    expect((await report(some.token)).body).toMatchObject({ scopes: ['verify'] });
    const more = await post(`/applications/${id}/keys`, { scopes: ['verify', 'score'] });
    expect(more.body.code).toBe('request_malformed');
  });

  test('are listed without the secret, with the day of last use; both keys are valid until one is revoked', async () => {
    const id = await register();
    const former = await issue(id);
    const next = await issue(id);
    await report(former.token);
    await server.usage.flush();
    const { body } = await get(`/applications/${id}/keys`);
    expect(body.keys).toEqual([
      expect.objectContaining({ id: former.id, lastUsed: new Date(server.clock.now()).toISOString().slice(0, 10) }),
      expect.objectContaining({ id: next.id, lastUsed: null }),
    ]);
    expect(JSON.stringify(body)).not.toContain(former.token.slice(-43));
    expect((await post(`/applications/${id}/keys/revoke`, { key: former.id })).status).toBe(200);
    expect([(await report(former.token)).status, (await report(next.token)).status]).toEqual([401, 200]);
    expect((await get(`/applications/${id}/keys`)).body.keys).toEqual([expect.objectContaining({ id: next.id })]);
    expect(eventsOf('client_token_revoked').at(-1)?.detail).toEqual({ id: former.id, application: id, by: 'owner' });
  });

  test('lose a scope immediately when the application loses it, and are invalid after the application is removed', async () => {
    const id = await register({ scopes: ['enrol', 'match'] });
    const { token } = await issue(id);
    const match = () => server.postJson('/match', {}, { 'x-auth-token': token });
    expect((await match()).body.code).toBe('photo_missing');
    await change(id, { scopes: ['enrol'] });
    expect((await match()).body.code).toBe('scope_missing');
    expect((await report(token)).body.scopes).toEqual(['enrol']);
    await remove(id);
    expect(await report(token)).toMatchObject({ status: 401, body: { code: 'caller_untrusted' } });
  });

  test('cannot be revoked through another application, and a client token without an application cannot be either', async () => {
    const mine = await register();
    const other = await register();
    const foreign = await issue(other);
    const loose = await server.issue();
    for (const { id, token } of [foreign, loose]) {
      expect((await post(`/applications/${mine}/keys/revoke`, { key: id })).status).toBe(404);
      expect((await report(token)).status).toBe(200);
    }
  });

  test(`are limited to ${maxKeys}; an expired key no longer counts`, async () => {
    const id = await register();
    await issue(id, { expiresIn: 60 });
    await Promise.all(Array.from({ length: maxKeys - 1 }, () => issue(id)));
    const full = await post(`/applications/${id}/keys`);
    expect(full).toMatchObject({ status: 409, body: { code: 'limit_reached' } });
    server.clock.advanceSec(60);
    const last = await issue(id);
    const listed = (await get(`/applications/${id}/keys`)).body.keys as { id: string }[];
    expect(listed).toHaveLength(maxKeys);
    expect(listed.at(-1)?.id).toBe(last.id);
  });
});

test(`one server registers at most ${maxApplications} applications`, async () => {
  const crowded = await startApiServer();
  const terms = { name: 'a', tenant: 'default', scopes: ['match'], perMinute: 1, perDay: 1, contact: '' } as const;
  const by = { name: 'owner', role: 'owner' } as const;
  const add = () => registerApplication(terms, by, crowded.deps);
  for (let made = 0; made < maxApplications; made += 1) await add();
  await expect(add()).rejects.toMatchObject({ code: 'limit_reached' });
  const { body } = await crowded.send('GET', '/applications', { headers: asAdmin });
  expect(body.applications).toHaveLength(maxApplications);
});
