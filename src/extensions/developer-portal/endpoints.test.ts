import { describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { SessionHeaders } from '../../../support/benches/console.js';
import { createTestConnection } from '../../../support/benches/core.js';
import { consoleWithSignIn, signInAs } from '../../../support/data/developers.js';
import { drawPhoto } from '../../../support/fakes/simulated-engine.js';
import { forFile } from '../../../support/run/for-file.js';
import { type Answer, asAdmin, startApiServer } from '../../../support/servers/api-server.js';
import type { JsonObject } from '../../core/base/json.js';
import { sandboxQuota } from './own-request-endpoints.js';
import { maxMessages } from './request.js';
import { requestsOfDeveloper } from './requests.js';

/* A developer asks for an application, an administrator answers, and the developer looks after it. */

const connections = new Map(['work', 'play'].map((id) => [id, createTestConnection({ id })] as const));

const start = (sandbox: string | null = 'play') =>
  startApiServer({
    connections,
    console: consoleWithSignIn,
    sections: { onboarding: { sandbox, mostPerMinute: 100, mostPerDay: 1000 } },
  });

const server = await forFile(start());
const grace = await signInAs(server, 'sub-grace', { login: 'grace' });

const ask = (who: Record<string, string>, path: string, body: JsonObject = {}) => server.postJson(path, body, who);
const read = (who: Record<string, string>, path: string) => server.send('GET', path, { headers: who });
const change = (who: SessionHeaders, id: string, body: JsonObject) =>
  server.send('PATCH', `/developer/requests/${id}`, {
    headers: { ...who, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const requestOf = ({ body }: Answer) => body.request as JsonObject & { id: string; changedAt: string };
const refused = (code: string) => ({ body: { ok: false, code } });

const wish = {
  name: 'payslips',
  purpose: 'Opens payslips for their owner.',
  scopes: ['verify'],
  connection: 'work',
  perMinute: 10,
  perDay: 100,
};

async function draft(who: SessionHeaders = grace, more: JsonObject = {}) {
  const answer = await ask(who, '/developer/requests', { ...wish, ...more });
  expect(answer.status).toBe(201);
  return requestOf(answer);
}

const termsVersion = async () => Number((await read(asAdmin, '/application-terms')).body.version);

async function handIn(who: SessionHeaders = grace, more: JsonObject = {}) {
  const { id } = await draft(who, more);
  return requestOf(await ask(who, `/developer/requests/${id}/submit`, { termsVersion: await termsVersion() }));
}

const approve = ({ id, changedAt }: { id: string; changedAt: string }, more: JsonObject = {}) =>
  ask(asAdmin, `/application-requests/${id}/approve`, { changedAt, ...more });

async function getApplication(who: SessionHeaders = grace, more: JsonObject = {}): Promise<string> {
  const answer = await approve(await handIn(who, more));
  expect(answer.status).toBe(200);
  return String(requestOf(answer).application);
}

const eventsOf = (action: string) => server.audit.events.filter((event) => event.action === action);

describe('a developer’s request', () => {
  test('goes from a draft through a question to an application, whose first key is returned once', async () => {
    const { id, state } = await draft();
    expect(state).toBe('draft');
    // No one else sees what is not handed in.
    expect(await read(asAdmin, `/application-requests/${id}`)).toMatchObject(refused('not_found'));
    const first = requestOf(
      await ask(grace, `/developer/requests/${id}/submit`, { termsVersion: 0, message: 'Please soon.' }),
    );
    expect(first).toMatchObject({ state: 'submitted', termsVersion: 0, messages: [{ text: 'Please soon.' }] });
    const waiting = expect.objectContaining({ code: 'requests_waiting', count: 1, where: 'requests' });
    expect((await read(asAdmin, '/to-do')).body.items).toContainEqual(waiting);
    const asked = await ask(asAdmin, `/application-requests/${id}/ask-back`, { message: 'For whom?' });
    expect((await read(asAdmin, '/to-do')).body.items).not.toContainEqual(waiting);
    expect(requestOf(asked)).toMatchObject({
      state: 'asked_back',
      messages: [{}, { from: 'administrator', by: 'owner' }],
    });
    const purpose = 'For those in Berlin.';
    expect((await change(grace, id, { ...wish, purpose })).status).toBe(200);
    server.clock.advanceSec(1);
    const again = requestOf(await ask(grace, `/developer/requests/${id}/submit`, { termsVersion: 0 }));
    expect(await ask(grace, `/developer/requests/${id}/key`)).toMatchObject(refused('request_state'));
    // A version that changed after it was read cannot be approved.
    expect(await approve(first)).toMatchObject(refused('request_state'));
    const { body } = await approve(again);
    expect(body).toMatchObject({ openIdClient: null, request: { state: 'approved', application: id, purpose } });
    expect(await approve(again)).toMatchObject(refused('request_state'));
    expect((await read(asAdmin, `/applications/${id}`)).body).toMatchObject({
      name: 'payslips',
      tenant: 'work',
      scopes: ['verify'],
      perMinute: 10,
      perDay: 100,
    });
    const key = await ask(grace, `/developer/requests/${id}/key`);
    expect(key.status).toBe(201);
    const { body: token } = await server.postJson('/token', {}, { 'x-auth-token': String(key.body.token) });
    expect(token).toMatchObject({ application: id, tenant: 'work', scopes: ['verify'] });
    expect(await ask(grace, `/developer/requests/${id}/key`)).toMatchObject(refused('request_state'));
    const whole = JSON.stringify([await read(grace, `/developer/requests/${id}`), server.audit.events]);
    expect(whole).not.toContain(String(key.body.token).slice(-43));
    expect(eventsOf('application_requested').at(-1)?.detail).toMatchObject({ id, by: 'grace (login.example.com)' });
    expect(eventsOf('application_request_answered').map(({ detail }) => detail)).toMatchObject([
      { id, answer: 'asked_back', application: null, by: 'owner' },
      { id, answer: 'approved', application: id, by: 'owner' },
    ]);
    expect(eventsOf('application_key_handed_over')).toHaveLength(1);
  });

  test('is approved once and returns one key, also if concurrent', async () => {
    const request = await handIn();
    const approvals = await Promise.all([1, 2, 3, 4].map(() => approve(request)));
    expect(approvals.filter(({ status }) => status === 200)).toHaveLength(1);
    const { applications } = (await read(asAdmin, '/applications')).body as { applications: { id: string }[] };
    expect(applications.filter(({ id }) => id === request.id)).toHaveLength(1);
    const keys = await Promise.all([1, 2, 3, 4].map(() => ask(grace, `/developer/requests/${request.id}/key`)));
    expect(keys.filter(({ status }) => status === 201)).toHaveLength(1);
    expect((await read(grace, `/developer/applications/${request.id}/keys`)).body.keys).toHaveLength(1);
  });

  test('cannot be changed after a refusal, and is deleted by a withdrawal', async () => {
    const { id } = await handIn();
    await ask(asAdmin, `/application-requests/${id}/refuse`, { message: 'Not this one.' });
    for (const answer of [
      await ask(grace, `/developer/requests/${id}/submit`, { termsVersion: 0 }),
      await ask(grace, `/developer/requests/${id}/message`, { text: 'x' }),
      await ask(grace, `/developer/requests/${id}/withdraw`),
      await ask(grace, `/developer/requests/${id}/key`),
      await change(grace, id, wish),
    ])
      expect(answer).toMatchObject(refused('request_state'));
    const other = await handIn();
    expect((await ask(grace, `/developer/requests/${other.id}/withdraw`)).status).toBe(200);
    expect(await read(grace, `/developer/requests/${other.id}`)).toMatchObject(refused('not_found'));
    expect(await approve(other)).toMatchObject(refused('not_found'));
  });

  test('for a change requires an owned application and applies at the approval', async () => {
    const application = await getApplication();
    expect(await ask(grace, '/developer/requests', { ...wish, application: 'f'.repeat(24) })).toMatchObject(
      refused('not_found'),
    );
    const change = await handIn(grace, { application, scopes: ['verify', 'enrol'], perMinute: 20 });
    expect(change).toMatchObject({ isChange: true, application });
    await approve(change);
    expect((await read(grace, `/developer/applications/${application}`)).body).toMatchObject({
      scopes: ['verify', 'enrol'],
      perMinute: 20,
      tenant: 'work',
    });
    // A change hands nothing over.
    expect(await ask(grace, `/developer/requests/${change.id}/key`)).toMatchObject(refused('request_state'));
  });

  test('accepts only the current version of the terms', async () => {
    const { id } = await draft();
    const version = await termsVersion();
    const { body } = await ask(asAdmin, '/application-terms', {
      text: 'Keep the keys secret.\nTell us when you stop.',
    });
    expect(body).toMatchObject({ version: version + 1, by: 'owner' });
    for (const termsVersion of [version, version + 2])
      expect(await ask(grace, `/developer/requests/${id}/submit`, { termsVersion })).toMatchObject(
        refused('terms_outdated'),
      );
    expect((await read(grace, '/developer')).body.terms).toMatchObject({ version: version + 1 });
    expect((await ask(grace, `/developer/requests/${id}/submit`, { termsVersion: version + 1 })).status).toBe(200);
    expect(eventsOf('application_terms_changed')).toHaveLength(1);
  });

  test.each<[string, string]>([
    ['over http', 'http://pay.example.com/cb'],
    ['with a wildcard host', 'https://*.example.com/cb'],
    ['on localhost', 'http://localhost:3000/cb'],
    ['with a user name', 'https://pay.example.com@evil.example/cb'],
    ['with a backslash', 'https://pay.example.com\\@evil.example/cb'],
    ['that is a script', 'javascript:alert(1)'],
  ])('refuses a redirect URI %s', async (_, address) => {
    const redirectUris = [address];
    expect(await ask(grace, '/developer/requests', { ...wish, redirectUris })).toMatchObject(
      refused('request_malformed'),
    );
  });

  test('accepts a localhost redirect URI in the sandbox, and no redirect URI without a connection', async () => {
    const redirectUris = ['http://localhost:3000/cb'];
    const { id } = await draft(grace, { redirectUris, connection: 'play' });
    await ask(grace, `/developer/requests/${id}/withdraw`);
    const none = { ...wish, redirectUris: ['https://pay.example.com/cb'], connection: null };
    expect(await ask(grace, '/developer/requests', none)).toMatchObject(refused('request_malformed'));
  });

  test.each<[string, JsonObject]>([
    ['more requests a minute than the maximum', { perMinute: 101 }],
    ['an unknown scope', { scopes: ['admin'] }],
    ['a name with a right-to-left override', { name: 'pay\u202eslips' }],
    ['an unknown connection', { connection: 'other' }],
  ])('refuses %s', async (_, more) => {
    expect(await ask(grace, '/developer/requests', { ...wish, ...more })).toMatchObject(refused('request_malformed'));
  });
});

describe('another developer', () => {
  test('cannot read, change or fetch anything, with the same reply as for an unknown id', async () => {
    const mallory = await signInAs(server, 'sub-mallory');
    const { id } = await handIn();
    const application = await getApplication();
    const never = 'a'.repeat(24);
    const told = ({ status, body }: Answer) => ({ status, body });
    const tried = async (request: string, owned: string) =>
      Promise.all([
        read(mallory, `/developer/requests/${request}`),
        change(mallory, request, wish),
        ask(mallory, `/developer/requests/${request}/submit`, { termsVersion: 0 }),
        ask(mallory, `/developer/requests/${request}/message`, { text: 'x' }),
        ask(mallory, `/developer/requests/${request}/withdraw`),
        ask(mallory, `/developer/requests/${request}/key`),
        ask(mallory, '/developer/requests', { ...wish, application: owned }),
        read(mallory, `/developer/applications/${owned}`),
        read(mallory, `/developer/applications/${owned}/keys`),
        ask(mallory, `/developer/applications/${owned}/keys`),
        ask(mallory, `/developer/applications/${owned}/keys/revoke`, { key: never }),
        read(mallory, `/developer/applications/${owned}/usage`),
        read(mallory, `/developer/applications/${owned}/refusals`),
      ]);
    const theirs = await tried(id, application);
    const nobodys = await tried(never, never);
    expect(theirs.map(told)).toEqual(nobodys.map(told));
    expect(new Set(theirs.map(({ body }) => body.code))).toEqual(new Set(['not_found']));
    expect((await read(mallory, '/developer/requests')).body.requests).toEqual([]);
    expect((await read(mallory, '/developer/applications')).body.applications).toEqual([]);
  });

  test('with the same login but another subject counts as another person, but not with a new login and the same subject', async () => {
    const { id } = await draft();
    const namesake = await signInAs(server, 'sub-another', { login: 'grace' });
    expect(await read(namesake, `/developer/requests/${id}`)).toMatchObject(refused('not_found'));
    const renamed = await signInAs(server, 'sub-grace', { login: 'grace.married' });
    expect((await read(renamed, `/developer/requests/${id}`)).status).toBe(200);
    await ask(grace, `/developer/requests/${id}/withdraw`);
  });

  test('can be added as an owner by an administrator, and removed', async () => {
    const ada = await signInAs(server, 'sub-ada');
    const application = await getApplication();
    const { id } = (await read(ada, '/developer')).body;
    const add = () => ask(asAdmin, `/applications/${application}/owners/add`, { developer: String(id) });
    // No one knows them before they asked for something.
    expect(await add()).toMatchObject(refused('not_found'));
    await draft(ada);
    expect((await add()).status).toBe(200);
    expect((await read(ada, '/developer/applications')).body.applications).toMatchObject([{ id: application }]);
    expect((await ask(ada, `/developer/applications/${application}/keys`)).status).toBe(201);
    const change = await handIn(ada, { application, perMinute: 90 });
    await server.send('DELETE', `/applications/${application}/owners/${String(id)}`, { headers: asAdmin });
    expect(await read(ada, `/developer/applications/${application}`)).toMatchObject(refused('not_found'));
    // What they asked for while they owned it is nobody's wish any more.
    expect(await approve(change)).toMatchObject(refused('not_found'));
  });

  test.each<[string, (headers: SessionHeaders) => Record<string, string>]>([
    ['a cookie alone', ({ cookie }) => ({ cookie })],
    ['a request from another site', (headers) => ({ ...headers, 'sec-fetch-site': 'cross-site' })],
    ['an administrator key', () => asAdmin],
  ])('is not authenticated with %s', async (_, change) => {
    expect(await read(change(grace), '/developer')).toMatchObject(refused('caller_untrusted'));
  });
});

test('a developer has no administrator rights', async () => {
  const { id } = await handIn();
  expect(await read(grace, `/application-requests/${id}`)).toMatchObject(refused('role_missing'));
  expect(await ask(grace, '/applications', { name: 'own' })).toMatchObject(refused('role_missing'));
  expect(await ask(asAdmin, '/administrators', { name: 'dev', role: 'developer' })).toMatchObject(
    refused('request_malformed'),
  );
  const boss = await signInAs(server, 'sub-boss', { role: 'owner' });
  expect((await read(boss, `/application-requests/${id}`)).status).toBe(200);
  expect((await read(boss, '/developer')).status).toBe(200);
});

test('the requests of one developer, the messages of one request, and the changes an hour are limited', async () => {
  const eve = await signInAs(server, 'sub-eve');
  const many = await Promise.all(Array.from({ length: 25 }, () => ask(eve, '/developer/requests', wish)));
  expect(many.filter(({ status }) => status === 201)).toHaveLength(requestsOfDeveloper.open);
  const { requests } = (await read(eve, '/developer/requests')).body as { requests: { id: string }[] };
  expect(requests).toHaveLength(requestsOfDeveloper.open);
  const [one] = requests;
  await ask(eve, `/developer/requests/${one!.id}/submit`, { termsVersion: await termsVersion() });
  const said = [];
  for (let count = 0; count <= maxMessages; count += 1)
    said.push((await ask(eve, `/developer/requests/${one!.id}/message`, { text: `${count}` })).body.code);
  expect(said).toEqual([...Array(maxMessages).fill(undefined), 'limit_reached']);
  let code: unknown;
  for (let count = 0; count < 200 && code !== 'locked_out'; count += 1)
    code = (await ask(eve, `/developer/requests/${one!.id}/message`, { text: 'x' })).body.code;
  expect(code).toBe('locked_out');
  // No one else is held up by it.
  expect((await draft()).state).toBe('draft');
});

describe('the developer sandbox', () => {
  const photo = Buffer.from(drawPhoto('anna', 1).use((bytes) => bytes)).toString('base64');
  const tokenOf = async (who: SessionHeaders) => {
    const { status, body } = await ask(who, '/developer/sandbox-token');
    expect(status).toBe(201);
    return { 'x-auth-token': String(body.token) };
  };

  test('is the only connection that a sandbox token can use', async () => {
    const token = await tokenOf(grace);
    const begin = (connection: string) => ask(token, '/step-ups', { connection, subject: 'anna' });
    expect((await begin('play')).status).toBe(201);
    expect(await begin('work')).toMatchObject(refused('connection_unknown'));
    expect(await ask(token, '/invitations', { connection: 'work', subject: 'anna', purpose: 'enrol' })).toMatchObject(
      refused('connection_unknown'),
    );
    const enrol = await ask(token, '/generate', { photo: [photo, photo, photo] });
    expect(enrol.status).toBe(200);
    // A face token of the sandbox opens nothing of a program's, nor the other way round.
    const real = { 'x-auth-token': (await server.issue()).token };
    const check = async (who: Record<string, string>, sealed: unknown) =>
      (await ask(who, '/authenticate', { photo, token: String(sealed) })).body.authenticated;
    expect(await check(token, enrol.body.token)).toBe(true);
    expect(await check(real, enrol.body.token)).toBe(false);
    const program = await ask(real, '/generate', { photo: [photo, photo, photo] });
    expect(await check(token, program.body.token)).toBe(false);
    expect(await ask(token, '/revoke', { token: String(program.body.token) })).toMatchObject(refused('scope_missing'));
    expect(await check(real, program.body.token)).toBe(true);
  });

  test('marks its receipts as sandbox receipts', async () => {
    const sandboxOf = async (who: Record<string, string>) => {
      const { body: enrolled } = await ask(who, '/generate', { photo: [photo, photo, photo] });
      const audience = 'https://shop.example.com';
      const fields = { subject: 'anna', token: String(enrolled.token), audience };
      const { body: started } = await ask(who, '/step-ups', fields);
      const { body } = await ask({}, `/step-ups/${String(started.id)}/photos`, {
        challenge: String(started.challenge),
        photo: [photo],
      });
      expect(body.state).toBe('passed');
      return decodeJwt(String(body.receipt)).sandbox;
    };
    expect(await sandboxOf(await tokenOf(await signInAs(server, 'sub-marked')))).toBe(true);
    expect(await sandboxOf({ 'x-auth-token': (await server.issue(undefined, 'play')).token })).toBe(true);
    expect(await sandboxOf({ 'x-auth-token': (await server.issue()).token })).toBeUndefined();
  });

  test('issues one token per developer, with a small quota that a new token does not reset', async () => {
    const ada = await signInAs(server, 'sub-tries');
    const first = await tokenOf(ada);
    for (let count = 0; count < sandboxQuota.perMinute - 1; count += 1) await ask(first, '/token');
    const second = await tokenOf(ada);
    expect(await ask(first, '/token')).toMatchObject(refused('caller_untrusted'));
    expect((await ask(second, '/token')).headers.get('ratelimit')).toContain('"minute";r=0');
    expect(await ask(second, '/token')).toMatchObject(refused('quota_exceeded'));
  });
});
