import { beforeEach, describe, expect, test } from '@jest/globals';
import { asTyped } from '../../support/data/typed-codes.js';
import { type ApiServer, adminKey, startApiServer } from '../../support/servers/api-server.js';
import { issueClientToken } from '../access/client-tokens.js';

const contact = { email: 'Ada@Example.test', phone: '+4915112345678' };

let server: ApiServer;
const issueAuth = async (own: ApiServer) => ({ 'x-auth-token': (await own.issue()).token });
let auth: Record<string, string>;
beforeEach(async () => {
  server = await startApiServer();
  auth = await issueAuth(server);
});

const request = (body: object = contact) => server.postJson('/v2/new-credentials', body, auth);
const giveBack = (id: string, emailCode: string, phoneCode: string) =>
  server.postJson('/v2/authenticate-credentials', { id, emailCode: asTyped(emailCode), phoneCode });
const issue = (body: object = contact) =>
  server.postJson('/v2/generateToken', { name: 'shop', ...body }, { 'x-admin-key': adminKey });
const codeIn = (text: string) => /\b\d{6}\b/.exec(text)![0];

/** Asks for codes and reads them as the person would. */
async function receiveCodes(body: object = contact) {
  const before = server.messages.length;
  const { body: reply } = await request(body);
  const [email, sms] = ['email', 'sms'].map(
    (channel) => server.messages.slice(before).find((message) => message.channel === channel)!,
  );
  return { id: String(reply.id), email: codeIn(email!.text), sms: codeIn(sms!.text) };
}

const wrongOf = (code: string) => (code === '000000' ? '000001' : '000000');
const codeWrong = { status: 401, body: { code: 'code_wrong' } };

describe('new-credentials', () => {
  test('sends one code to each address and does not return the codes', async () => {
    const { status, body } = await request();
    expect(status).toBe(200);
    expect(server.messages.map(({ channel, to }) => [channel, to])).toEqual([
      ['email', 'ada@example.test'],
      ['sms', '+4915112345678'],
    ]);
    for (const { text } of server.messages) {
      expect(JSON.stringify(body)).not.toContain(codeIn(text));
      expect(server.log.text()).not.toContain(codeIn(text));
    }
    expect(Date.parse(String(body.expiresAt))).toBe(server.clock.now() + 600_000);
  });

  test.each([
    { email: contact.email },
    { ...contact, email: 'ada' },
    { ...contact, email: 'a@b.test\r\nBcc: eve@b.test' },
    { ...contact, phone: '0151' },
  ])('refuses the contact %j', async (body) => {
    expect(await request(body)).toMatchObject({ status: 400, body: { code: 'request_malformed' } });
    expect(server.messages).toEqual([]);
  });

  test('refuses an administrator key and a trial token without sending a code', async () => {
    expect((await server.postJson('/v2/new-credentials', contact, { 'x-admin-key': adminKey })).status).toBe(401);
    const sandbox = { tenant: 'try', perMinute: 30, perDay: 500 };
    const own = await startApiServer({ sandbox });
    const asked = { name: 'try', tenant: 'try', scopes: [], lifeSec: 60, application: null, sandbox: 'dev' };
    const { credential } = await issueClientToken(asked, { name: 'dev' }, own.deps);
    const trial = { 'x-auth-token': credential.use((text) => text) };
    expect((await own.postJson('/token', {}, trial)).status).toBe(200);
    expect((await own.postJson('/v2/new-credentials', contact, trial)).body.code).toBe('caller_untrusted');
    expect(own.messages).toEqual([]);
    await own.stop();
    expect(server.messages).toEqual([]);
  });

  test.each(['+15005550006', '+94123456789'])(
    'refuses a phone number outside the allowed countries without consuming a quota: %s',
    async (phone) => {
      for (let each = 0; each < 10; each += 1) {
        const { status, body } = await request({ ...contact, phone });
        expect({ status, code: body.code }).toEqual({ status: 400, code: 'request_malformed' });
      }
      expect(server.messages).toEqual([]);
      expect((await request()).status).toBe(200);
    },
  );

  test('without an allowed country sends no code, not even by e-mail', async () => {
    const own = await startApiServer({ contactCodes: { countries: [] } });
    const answer = await own.postJson('/v2/new-credentials', contact, await issueAuth(own));
    expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(own.messages).toEqual([]);
    await own.stop();
  });

  test('a client token over its hourly limit does not affect another client token', async () => {
    const ask = (each: number, own = auth) =>
      server.postJson(
        '/v2/new-credentials',
        { email: `p${each}@example.test`, phone: `+4915112${each + 100_000}` },
        own,
      );
    for (let each = 0; each < 200; each += 1) expect((await ask(each)).status).toBe(200);
    expect((await ask(200)).body.code).toBe('locked_out');
    expect((await ask(200, await issueAuth(server))).status).toBe(200);
  });

  test('sends at most five codes a day to one address, in any spelling', async () => {
    for (let each = 0; each < 5; each += 1) {
      const body = { email: each % 2 === 0 ? 'ada@example.test' : 'ADA@example.test', phone: `+491511234567${each}` };
      expect((await request(body)).status).toBe(200);
    }
    const refused = await request({ ...contact, phone: '+491700000000' });
    expect(refused).toMatchObject({ status: 429, body: { code: 'locked_out' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(server.messages).toHaveLength(10);
    server.clock.advanceSec(Number(refused.headers.get('retry-after')));
    auth = await issueAuth(server);
    expect((await request()).status).toBe(200);
  });
});

describe('authenticate-credentials', () => {
  test('accepts both codes only together, and only once', async () => {
    const { id, email, sms } = await receiveCodes();
    expect(await giveBack(id, wrongOf(email), sms)).toMatchObject(codeWrong);
    expect(await giveBack(id, email, wrongOf(sms))).toMatchObject(codeWrong);
    expect(await giveBack('unknown', email, sms)).toMatchObject(codeWrong);
    expect((await giveBack(id, email, sms)).body).toEqual({ ok: true });
    expect(await giveBack(id, email, sms)).toMatchObject(codeWrong);
  });

  test('refuses the correct codes after five wrong attempts', async () => {
    const { id, email, sms } = await receiveCodes();
    for (let each = 0; each < 5; each += 1) expect(await giveBack(id, wrongOf(email), sms)).toMatchObject(codeWrong);
    expect(await giveBack(id, email, sms)).toMatchObject(codeWrong);
  });

  test('accepts codes until ten minutes have passed', async () => {
    const early = await receiveCodes();
    server.clock.advanceSec(599);
    expect((await giveBack(early.id, early.email, early.sms)).status).toBe(200);
    const late = await receiveCodes();
    server.clock.advanceSec(600);
    expect(await giveBack(late.id, late.email, late.sms)).toMatchObject(codeWrong);
  });

  test('accepts one of ten concurrent attempts', async () => {
    const { id, email, sms } = await receiveCodes();
    const answers = await Promise.all(Array.from({ length: 10 }, () => giveBack(id, email, sms)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });
});

describe('generateToken on v2', () => {
  const unverified = { status: 403, body: { code: 'contact_unverified' } };
  const verify = async (body: object = contact) => {
    const { id, email, sms } = await receiveCodes(body);
    expect((await giveBack(id, email, sms)).status).toBe(200);
  };

  test('requires a contact whose e-mail address and phone number were verified together', async () => {
    expect((await issue({})).body.code).toBe('request_malformed');
    expect(await issue()).toMatchObject(unverified);
    await verify();
    expect(await issue({ ...contact, phone: '+491700000000' })).toMatchObject(unverified);
    expect(await issue({ ...contact, email: 'eve@example.test' })).toMatchObject(unverified);
    expect((await issue({ ...contact, email: 'ada@EXAMPLE.test' })).status).toBe(200);
  });

  test('consumes the verification: only one of five concurrent calls gets a token', async () => {
    await verify();
    const answers = await Promise.all(Array.from({ length: 5 }, () => issue()));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await issue()).toMatchObject(unverified);
    await verify();
    expect((await issue()).status).toBe(200);
  });

  test('refuses a verification that is an hour old', async () => {
    await verify();
    server.clock.advanceSec(3600);
    expect(await issue()).toMatchObject(unverified);
  });
});
