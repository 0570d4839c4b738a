import { beforeEach, expect, test } from '@jest/globals';
import { testIssuer } from '../../../support/fakes/keys.js';
import { type ApiServer, asAdmin, startApiServer } from '../../../support/servers/api-server.js';
import { connectReceiver } from '../../../support/servers/security-event-client.js';
import { startTestTransmitter } from '../../../support/servers/transmitter.js';

/* The client credentials grant before the whole HTTP surface: by a strict receiver, and by anyone who does it wrong. */

let server: ApiServer;
let application: string;
let keyId: string;
let secret: string;

const reach = (url: string): string => url.replace(testIssuer, server.origin);

async function register(scopes: readonly string[]): Promise<[id: string, keyId: string, key: string]> {
  const { body } = await server.postJson('/applications', { name: 'receiver', scopes, perMinute: 20 }, asAdmin);
  const key = await server.postJson(`/applications/${body.id}/keys`, {}, asAdmin);
  return [String(body.id), String(key.body.id), String(key.body.token)];
}

beforeEach(async () => {
  server = await startApiServer({
    transmitter: async (core) => (await startTestTransmitter(core)).securityEvents,
  });
  [application, keyId, secret] = await register(['ssf.manage']);
});

const basic = (id: string, of: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${id}:${of}`).toString('base64')}`,
});

async function ask(form: string | Record<string, string>, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.origin}/ssf/token`, {
    method: 'POST',
    headers,
    body: typeof form === 'string' ? form : new URLSearchParams(form),
  });
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, body, token: String(body.access_token) };
}
const grant = { grant_type: 'client_credentials' };
const asForm = { 'content-type': 'application/x-www-form-urlencoded' };
const readStreams = (token: string) =>
  fetch(`${server.origin}/ssf/streams`, { headers: { authorization: `Bearer ${token}` } });
const connect = (more: object = {}) =>
  connectReceiver(
    `${testIssuer}/.well-known/ssf-configuration`,
    { clientId: application, clientSecret: secret, ...more },
    reach,
  );

test.each(['client_secret_basic', 'client_secret_post'])('a strict receiver authenticates by %s', async (method) => {
  const receiver = await connect({ method });
  const stream = await receiver.createStream();
  expect(await receiver.readStreams()).toEqual([stream]);
});

test('the access token has the requested scope, expires after an hour, and is refused as an API key', async () => {
  const answer = await ask({ ...grant, scope: 'ssf.read' }, basic(application, secret));
  expect(answer).toMatchObject({
    status: 200,
    body: { token_type: 'Bearer', expires_in: 3600, scope: 'ssf.read' },
  });
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('pragma')).toBe('no-cache');
  const { token } = answer;
  expect((await readStreams(token)).status).toBe(200);
  const making = await fetch(`${server.origin}/ssf/streams`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{}',
  });
  expect(making.status).toBe(403);
  expect(making.headers.get('www-authenticate')).toContain('insufficient_scope');
  const elsewhere = await server.postJson('/token', {}, { 'x-auth-token': token });
  expect(elsewhere).toMatchObject({ status: 401, body: { code: 'caller_untrusted' } });
  const again = await ask(grant, basic(application, token));
  expect(again).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  server.clock.advanceSec(3600);
  const late = await readStreams(token);
  expect(late.status).toBe(401);
  expect(late.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
});

test('the access token ends with its key or application, and expires no later than its key', async () => {
  const { token } = await ask(grant, basic(application, secret));
  expect((await readStreams(token)).status).toBe(200);
  await server.postJson(`/applications/${application}/keys/revoke`, { key: keyId }, asAdmin);
  expect((await readStreams(token)).status).toBe(401);
  await expect(connect()).rejects.toThrow('invalid_client');

  const key = await server.postJson(`/applications/${application}/keys`, { expiresIn: 120 }, asAdmin);
  const short = await ask(grant, basic(application, String(key.body.token)));
  expect(short.body.expires_in).toBe(120);
  await server.send('DELETE', `/applications/${application}`, { headers: asAdmin });
  expect((await readStreams(short.token)).status).toBe(401);
});

test('an access token for the REST API allows only its scopes, and needs no other header', async () => {
  const [id, , key] = await register(['enrol', 'verify']);
  const all = await ask(grant, basic(id, key));
  expect(all.body.scope).toBe('enrol verify');
  const { token } = await ask({ ...grant, scope: 'verify' }, basic(id, key));
  const bearer = { authorization: `Bearer ${token}` };
  expect((await server.postJson('/invitations', {}, bearer)).body.code).toBe('scope_missing');
  expect((await server.postJson('/step-ups', {}, bearer)).body.code).toBe('request_malformed');
  expect((await server.postJson('/step-ups', {}, { authorization: `Bearer ${token}x` })).status).toBe(401);
  for (const path of ['/administrators', '/token', '/v2/new-credentials'])
    expect((await server.postJson(path, {}, bearer)).status).toBe(401);
});

test('the stored state does not contain the access token’s secret', async () => {
  const { token } = await ask(grant, basic(application, secret));
  const [, id, text] = /^fss_([0-9a-f]{24})_(.{43})$/.exec(token) ?? [];
  const kept = JSON.stringify(await server.deps.state.read(`ssf-access-token:${id}`));
  expect(kept).toContain(keyId);
  expect(kept).not.toContain(text);
  expect((await readStreams(`fss_${id}_${'A'.repeat(43)}`)).status).toBe(401);
  expect(server.log.text()).not.toContain(text);
});

test('a wrong client receives 401 with a challenge, before the body is read if the header has the credentials', async () => {
  const [other] = await register(['ssf.manage']);
  const { token: stray } = await server.issue(['ssf.manage']);
  const wrong = `${secret.slice(0, -43)}${'A'.repeat(43)}`;
  for (const answer of [
    await ask(grant),
    await ask(grant, basic(application, wrong)),
    await ask(grant, basic(other, secret)),
    await ask(grant, basic('', stray)),
    await ask(grant, { authorization: `Bearer ${secret}` }),
    await ask(grant, { authorization: 'Basic ???' }),
    await ask({ ...grant, client_id: application, client_secret: wrong }),
    await ask({ ...grant, client_secret: secret }),
    await ask('{broken', { ...basic(application, wrong), 'content-type': 'application/json' }),
  ]) {
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  }
});

test.each<[string, string, string, Record<string, string>]>([
  ['an unsupported grant type', 'grant_type=authorization_code', 'unsupported_grant_type', asForm],
  ['two grant types', 'grant_type=client_credentials&grant_type=client_credentials', 'invalid_request', asForm],
  ['a JSON body', '{"grant_type":"client_credentials"}', 'invalid_request', { 'content-type': 'application/json' }],
  ['a scope that the key lacks', 'grant_type=client_credentials&scope=enrol', 'invalid_scope', asForm],
])('a request with %s is refused with the OAuth error', async (_, form, error, headers) => {
  const answer = await ask(form, { ...headers, ...basic(application, secret) });
  expect(answer).toMatchObject({ status: 400, body: { error } });
  expect(answer.headers.get('cache-control')).toBe('no-store');
});

test('a token cannot have a scope that its key lacks', async () => {
  [application, keyId, secret] = await register(['ssf.read']);
  expect((await ask(grant, basic(application, secret))).body.scope).toBe('ssf.read');
  await expect(connect({ scope: 'ssf.manage' })).rejects.toThrow('invalid_scope');
  const [none, , key] = await register(['enrol']);
  expect((await ask({ ...grant, scope: 'ssf.read' }, basic(none, key))).body).toEqual({ error: 'invalid_scope' });
});

test('a JSON body is refused with the required content type', async () => {
  const asJson = { 'content-type': 'application/json' };
  const secrets = { client_id: application, client_secret: secret };
  for (const answer of [
    await ask(JSON.stringify(grant), { ...asJson, ...basic(application, secret) }),
    await ask(JSON.stringify({ ...grant, ...secrets }), asJson),
  ])
    expect(answer).toMatchObject({
      status: 400,
      body: {
        error: 'invalid_request',
        error_description: expect.stringContaining('application/x-www-form-urlencoded'),
      },
    });
});
