import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from '@okta/okta-sdk-nodejs';
import { decodeJwt } from 'jose';
import { type OktaSimulator, startOktaSimulator } from './index.js';
import { applySamlCommands, type SamlAssertion } from './saml-patch.js';

let okta: OktaSimulator;
let client: Client;
/** What the org called, and how the next calls are answered. */
let calls: { method: string; headers: IncomingMessage['headers']; body: Record<string, never> }[];
let answer: (response: ServerResponse, request: IncomingMessage) => void;
let uri: string;
const server = createServer(async (request, response) => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  calls.push({ method: request.method!, headers: request.headers, body: text === '' ? {} : JSON.parse(text) });
  answer(response, request);
});

beforeEach(async () => {
  calls = [];
  answer = (response) => response.writeHead(204).end();
  okta = await startOktaSimulator();
  client = new Client({ orgUrl: okta.url, token: okta.apiToken, cacheMiddleware: null });
  if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  uri = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/hook`;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await okta.close();
});

const login = 'ada@example.com';
const channel = { type: 'HTTP', header: 'Authorization', secret: 'secret' } as const;
const reply = (body: unknown) => (response: ServerResponse) => void response.end(JSON.stringify(body));
const credential = (value: string) =>
  reply({ commands: [{ type: 'com.okta.action.update', value: { credential: value } }] });

describe('the password import hook', () => {
  beforeEach(() => okta.attachHook({ kind: 'password-import', uri, channel }));
  const signIn = (password: string) => okta.signIn({ login, password });

  test.each<[string, (response: ServerResponse) => void, number]>([
    ['UNVERIFIED', credential('UNVERIFIED'), 1],
    ['204', (response) => void response.writeHead(204).end(), 1],
    ['500', (response) => void response.writeHead(500).end(), 2],
    ['no JSON', (response) => void response.end('<html>'), 1],
  ])('%s signs nobody in, and is asked again next time', async (_, no, tries) => {
    await okta.createUserToImport(login);
    answer = no;
    expect(await signIn('typed')).toMatchObject({ ok: false });
    expect(calls).toHaveLength(tries);
    answer = credential('VERIFIED');
    expect(await signIn('typed')).toMatchObject({ ok: true });
  });
});

describe('event hooks', () => {
  const events = ['user.lifecycle.deactivate', 'user.lifecycle.suspend', 'user.lifecycle.delete.initiated'];
  const echo = (response: ServerResponse, { method, headers }: IncomingMessage) =>
    method === 'GET'
      ? response.end(JSON.stringify({ verification: headers['x-okta-verification-challenge'] }))
      : response.writeHead(204).end();
  const posts = () => calls.filter(({ method }) => method === 'POST');
  const toldOf = () =>
    posts().map(({ body }) =>
      (body as { data?: { events: { eventType: string }[] } }).data?.events.map((e) => e.eventType),
    );

  test('tell nothing before they are verified, and what they are not asked for never', async () => {
    const user = await okta.createUser({ login, password: 'correct horse' });
    await okta.addEventHook({ uri, secret: 'secret', events, verify: false });
    await okta.changeStatus(user, 'suspend');
    await okta.settleEvents();
    expect(calls).toEqual([]);
    const id = [...okta.org.eventHooks.keys()][0]!;
    await expect(client.eventHookApi.verifyEventHook({ eventHookId: id })).rejects.toMatchObject({ status: 400 });
    answer = echo;
    expect(await client.eventHookApi.verifyEventHook({ eventHookId: id })).toMatchObject({
      verificationStatus: 'VERIFIED',
    });
    await okta.changeStatus(user, 'unsuspend');
    await okta.changeStatus(user, 'deactivate');
    await okta.settleEvents();
    expect(toldOf()).toEqual([['user.lifecycle.deactivate']]);
    expect(posts()[0]?.headers.authorization).toBe('secret');
    expect(posts()[0]?.body).toMatchObject({
      eventType: 'com.okta.event_hook',
      data: { events: [{ outcome: { result: 'SUCCESS' }, target: [{ id: user, type: 'User', alternateId: login }] }] },
    });
  });

  test('tell in batches, try a 503 once more and a 400 never, and may tell twice', async () => {
    answer = echo;
    await okta.addEventHook({ uri, secret: 'secret', events });
    const users = [];
    for (const name of ['a', 'b', 'c'])
      users.push(await okta.createUser({ login: `${name}@x.example`, password: 'p' }));
    await Promise.all(users.map((user) => okta.changeStatus(user, 'suspend')));
    await okta.settleEvents();
    expect(toldOf().flat()).toHaveLength(3);
    for (const [status, tries] of [
      [503, 2],
      [400, 1],
    ] as const) {
      calls = [];
      answer = (response) => response.writeHead(status).end();
      await okta.changeStatus(users.shift()!, 'deactivate');
      await okta.settleEvents();
      expect(posts()).toHaveLength(tries);
    }
    calls = [];
    answer = echo;
    okta.org.deliversTwice = true;
    await okta.changeStatus(users[0]!, 'deactivate');
    await okta.settleEvents();
    expect(new Set(posts().map(({ body }) => JSON.stringify(body.data))).size).toBe(1);
    expect(posts()).toHaveLength(2);
  });
});

describe('a deactivated user', () => {});

describe('a SAML application', () => {
  const statement = (value: string) => ({
    attributes: { NameFormat: 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic' },
    attributeValues: [{ attributes: { 'xsi:type': 'xs:string' }, value }],
  });
  const patch = (...value: unknown[]) => [{ type: 'com.okta.assertion.patch', value }];
  const assertion: SamlAssertion = {
    subject: {},
    authentication: {},
    conditions: {},
    claims: { old: statement('value') },
    lifetime: { expiration: 300 },
  };

  test('gets the assertion as the hook wants it, and as it was where the hook fails', async () => {
    await okta.createUser({ login, password: 'correct horse' });
    const { id: appId } = await okta.addSamlApp({ uri, channel, statements: { role: 'engineer' } });
    const signIn = async () => decodeJwt((await okta.signInBySaml({ appId, login, password: 'correct horse' }))!);
    answer = reply({ commands: patch({ op: 'add', path: '/claims/face', value: statement('yes') }) });
    expect((await signIn()).claims).toMatchObject({ role: expect.anything(), face: statement('yes') });
    for (const broken of [
      reply({ error: { errorSummary: 'no' } }),
      (r: ServerResponse) => void r.writeHead(500).end(),
    ]) {
      answer = broken;
      expect(Object.keys((await signIn()).claims as object)).toEqual(['role']);
    }
    expect(await okta.signInBySaml({ appId, login, password: 'wrong' })).toBeNull();
  });

  test.each<[string, unknown]>([
    ['adding what is there', patch({ op: 'add', path: '/claims/old', value: statement('x') })],
    ['replacing what is not', patch({ op: 'replace', path: '/claims/new', value: statement('x') })],
  ])('keeps its assertion with a patch of %s', (_, commands) => {
    const also = [...patch({ op: 'add', path: '/claims/good', value: statement('x') }), ...(commands as unknown[])];
    expect(applySamlCommands(assertion, also)).toBeNull();
  });
});
