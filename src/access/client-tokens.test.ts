import { describe, expect, test } from '@jest/globals';
import { testShare } from '../../support/data/share.js';
import { createTestVerifier, drawPicture } from '../../support/fakes/embedded.js';
import { adminKey, asAdmin, startApiServer, toForm } from '../../support/servers/api-server.js';
import type { JsonObject } from '../core/base/json.js';
import { clientScopes } from './scopes.js';

const server = await startApiServer();

const generate = (body: JsonObject) => server.postJson('/generateToken', body, asAdmin);
const report = (token: string) => server.postJson('/token', {}, { 'x-auth-token': token });
const photo = drawPicture('ada', 1);

/** Whole, id and secret; the secret may hold an underscore itself. */
const partsOf = (token: string): string[] => /^fst_([0-9a-f]{24})_(.{43})$/.exec(token) ?? [];

describe('generateToken', () => {
  test.each([{}, { 'x-admin-key': `${adminKey}x` }, { 'x-auth-token': adminKey }])(
    'refuses a caller with the headers %j',
    async (headers: Record<string, string>) => {
      expect(await server.postJson('/generateToken', { name: 'shop' }, headers)).toMatchObject({
        status: 401,
        body: { code: 'caller_untrusted' },
      });
    },
  );

  test.each<[string, JsonObject, string]>([
    ['no scopes', { name: 'a', scopes: [] }, 'request_malformed'],
    ['a lifetime that is too short', { name: 'a', expiresIn: 59 }, 'request_malformed'],
    ['a lifetime that is too long', { name: 'a', expiresIn: 31_622_401 }, 'request_malformed'],
    ['an unknown field', { name: 'a', admin: true }, 'field_unknown'],
  ])('refuses %s', async (_, body, code) => {
    expect(await generate(body)).toMatchObject({ status: 400, body: { code } });
  });

  test('issues a token whose details can be read until it expires; the store holds only its digest', async () => {
    const { body } = await generate({ name: 'shop', tenant: 'acme', scopes: ['enrol', 'score'], expiresIn: 60 });
    expect((await report(String(body.token))).body).toMatchObject({
      id: body.id,
      name: 'shop',
      tenant: 'acme',
      scopes: ['enrol', 'score'],
      expiresAt: body.expiresAt,
      application: null,
    });
    const { body: usual } = await generate({ name: 'shop' });
    expect((await report(String(usual.token))).body.scopes).toEqual(['enrol', 'verify', 'match', 'screen']);
    const [, id, secret] = partsOf(String(body.token));
    const stored = JSON.stringify(await server.deps.state.read(`client-token:${id}`));
    expect(stored).toContain('shop');
    expect(stored).not.toContain(secret);
    expect(JSON.stringify(server.audit.events)).not.toContain(secret);
    expect(server.log.text()).not.toContain(secret);
    server.clock.advanceSec(59);
    expect((await report(String(body.token))).status).toBe(200);
    server.clock.advanceSec(1);
    expect((await report(String(body.token))).status).toBe(401);
  });
});

describe('a client token', () => {
  test('is refused with the same reply if malformed, with an unknown id or with a wrong secret', async () => {
    const { token } = await server.issue();
    const [, id, secret] = partsOf(token);
    const wrong = [
      '',
      'x',
      token.slice(0, -1),
      `${token}x`,
      `fst_${'0'.repeat(24)}_${secret}`,
      `fst_${id}_${'A'.repeat(43)}`,
    ];
    const answers = await Promise.all(wrong.map(report));
    for (const { status, body, headers } of answers) {
      expect({ status, body }).toEqual({ status: 401, body: answers[0]!.body });
      expect(headers.get('www-authenticate')).toBe('Bearer');
    }
    expect((await server.postJson('/token', {})).body).toEqual(answers[0]!.body);
  });

  test('is invalid immediately and permanently after an administrator revokes it', async () => {
    const { token, id } = await server.issue();
    expect((await server.postJson('/revokeToken', { id }, { 'x-auth-token': token })).status).toBe(401);
    expect((await report(token)).status).toBe(200);
    expect((await server.postJson('/revokeToken', { id }, asAdmin)).body).toEqual({ ok: true });
    expect((await report(token)).status).toBe(401);
    expect((await server.postJson('/revokeToken', { id }, asAdmin)).status).toBe(200);
    expect((await server.postJson('/revokeToken', { id: '0'.repeat(24) }, asAdmin)).status).toBe(404);
  });

  // The scopes of security events are asked for elsewhere: src/security-events/ssf/ssf.test.ts.
  const scopesHere = clientScopes.filter((scope) => scope !== 'ssf.read' && scope !== 'ssf.manage');

  test.each(scopesHere)(
    'is refused with `scope_missing` before the body is read if it lacks the scope %s',
    async (scope) => {
      const path = {
        enrol: '/generate',
        verify: '/authenticate',
        score: '/authenticate-score',
        'content-key': '/content-key',
        identify: '/identify',
        callers: '/callers',
        match: '/match',
        screen: '/detect',
      }[scope];
      const { token } = await server.issue(clientScopes.filter((each) => each !== scope));
      const answer = await server.postJson(path, '{broken', { 'x-auth-token': token });
      expect(answer).toMatchObject({
        status: 403,
        body: { code: 'scope_missing', reason: `needs the scope ${scope}` },
      });
    },
  );

  test('a client token can be a form or JSON field; the header wins', async () => {
    const { token } = await server.issue();
    expect((await server.postForm('/detect', toForm({ auth_token: token, photo }))).status).toBe(200);
    expect((await server.postForm('/detect', toForm({ photo, auth_token: token }))).status).toBe(200);
    const base64 = Buffer.from(photo).toString('base64');
    expect((await server.postJson('/detect', { auth_token: token, photo: base64 })).status).toBe(200);
    expect((await server.postJson('/detect', { auth_token: 7, photo: base64 })).status).toBe(401);
    const both = { auth_token: 'wrong', photo: base64 };
    expect((await server.postJson('/detect', both, { 'x-auth-token': token })).status).toBe(200);
    const reversed = { auth_token: token, photo: base64 };
    expect((await server.postJson('/detect', reversed, { 'x-auth-token': 'wrong' })).status).toBe(401);
    const twice = toForm({ auth_token: [token, token], photo });
    expect((await server.postForm('/detect', twice)).status).toBe(401);
  });

  test('receives no result if it is revoked while its request runs', async () => {
    const verifier = createTestVerifier();
    const own = await startApiServer({
      verifier: {
        ...verifier,
        async detect(photo) {
          await own.postJson('/revokeToken', { id }, asAdmin);
          return verifier.detect(photo, testShare);
        },
      },
    });
    const { token, id } = await own.issue();
    const answer = await own.postForm('/detect', toForm({ photo }), { 'x-auth-token': token });
    expect(answer).toMatchObject({ status: 401, body: { code: 'caller_untrusted' } });
  });
});
