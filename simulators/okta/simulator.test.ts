import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from '@okta/okta-sdk-nodejs';
import { type OktaSimulator, startOktaSimulator } from './index.js';

// Okta's own SDK, as any administrator's program would use it.
let okta: OktaSimulator;
let client: Client;
beforeEach(async () => {
  okta = await startOktaSimulator();
  client = new Client({ orgUrl: okta.url, token: okta.apiToken, cacheMiddleware: null });
});
afterEach(() => okta.close());

const profile = { login: 'ada@example.com', email: 'ada@example.com', firstName: 'Ada', lastName: 'Byron' };
const define = (name: string, attribute: object | null) =>
  client.schemaApi.updateUserProfile({
    schemaId: 'default',
    userSchema: {
      definitions: { custom: { id: '#custom', type: 'object', properties: { [name]: attribute as never } } },
    },
  });
const hookOf = (uri: string) => ({
  name: 'Face step-up',
  type: 'com.okta.oauth2.tokens.transform' as const,
  version: '1.0.0',
  channel: {
    type: 'HTTP' as const,
    version: '1.0.0',
    config: { uri, method: 'POST', headers: [], authScheme: { type: 'HEADER', key: 'Authorization', value: 'secret' } },
  },
});

describe('users', () => {
  test('POST changes what it names, null clears, PUT clears what it does not name', async () => {
    const { id: userId = '' } = await client.userApi.createUser({
      body: { profile: { ...profile, title: 'Countess' } },
    });
    await client.userApi.updateUser({ userId, user: { profile: { department: 'Engines' } } });
    expect(okta.org.users.get(userId)?.profile).toEqual({ ...profile, title: 'Countess', department: 'Engines' });
    await client.userApi.updateUser({ userId, user: { profile: { title: null } } });
    expect(okta.org.users.get(userId)?.profile).toEqual({ ...profile, department: 'Engines' });
    await client.userApi.replaceUser({ userId, user: { profile } });
    expect(okta.org.users.get(userId)?.profile).toEqual(profile);
  });

  test('hold custom attributes only as the schema defines them', async () => {
    const { id: userId = '' } = await client.userApi.createUser({ body: { profile } });
    const write = (value: string | number) =>
      client.userApi.updateUser({ userId, user: { profile: { faceToken: value as string } } });
    const refused = { status: 400, errorCode: 'E0000001' };
    await expect(write('x')).rejects.toMatchObject(refused);
    await define('faceToken', { title: 'Face', type: 'string', maxLength: 8 });
    await write('12345678');
    await expect(write('123456789')).rejects.toMatchObject(refused);
    await expect(write(5)).rejects.toMatchObject(refused);
    await expect(define('FACETOKEN', { title: 'Face', type: 'string' })).rejects.toMatchObject(refused);
    await define('faceToken', null);
    expect(okta.org.users.get(userId)?.profile).toEqual(profile);
  });
});

describe('inline hooks', () => {
  test('are executed with their secret, tried twice at most, and 400 where they fail', async () => {
    const seen: (string | undefined)[] = [];
    const statuses = [500, 200, 500, 503, 404];
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(statuses.shift() ?? 200).end('{"commands":[]}');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const uri = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/h`;
    const { id } = await client.inlineHookApi.createInlineHook({ inlineHook: hookOf(uri) as never });
    const execute = () => client.inlineHookApi.executeInlineHook({ inlineHookId: id!, payloadData: {} as never });
    await execute();
    expect(seen).toEqual(['secret', 'secret']);
    await expect(execute()).rejects.toMatchObject({ status: 400 });
    expect(seen).toHaveLength(4);
    await expect(execute()).rejects.toMatchObject({ status: 400 });
    expect(seen).toHaveLength(5);
    server.closeAllConnections();
    server.close();
  });
});
