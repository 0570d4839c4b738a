import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type OneLoginSimulator, startOneLoginSimulator } from './index.js';

let onelogin: OneLoginSimulator;
beforeEach(async () => {
  onelogin = await startOneLoginSimulator({ graceMs: 20_000 });
});
afterEach(() => onelogin.close());

const call = (method: string, path: string, body?: unknown) => onelogin.callApi(method, path, body);
const ada = { identifier: 'ada@example.com', password: 'correct horse' };
const addAda = () => onelogin.addUser({ username: ada.identifier, password: ada.password });
const idOf = ({ body }: { body: unknown }) => (body as { id: string }).id;

const hookOf = (source: string, changes: Record<string, unknown> = {}) => ({
  type: 'pre-authentication',
  function: Buffer.from(source).toString('base64'),
  disabled: false,
  runtime: 'nodejs24.x',
  timeout: 1,
  retries: 0,
  env_vars: [] as string[],
  packages: {},
  ...changes,
});
const returning = (answer: string) => `exports.handler = async (context) => (${answer});`;
const keep = '{ success: true, user: { policy_id: context.user.policy_id } }';

describe('a token', () => {
  const ask = (headers: Record<string, string>, body: string) =>
    fetch(`${onelogin.url}/auth/oauth2/v2/token`, { method: 'POST', headers, body });
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const grant = 'grant_type=client_credentials';

  test('is had by every documented form of the credentials, and is the same until it expires', async () => {
    const { clientId, clientSecret } = onelogin;
    const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    const replies = await Promise.all([
      ask({ ...form, Authorization: `client_id:${clientId}, client_secret:${clientSecret}` }, grant),
      ask({ ...form, Authorization: `Basic ${basic}` }, grant),
      ask(form, `${grant}&client_id=${clientId}&client_secret=${clientSecret}`),
    ]);
    const tokens = (await Promise.all(replies.map((reply) => reply.json()))) as Record<string, unknown>[];
    expect(new Set(tokens.map(({ access_token }) => access_token)).size).toBe(1);
    expect(tokens[0]).toMatchObject({ expires_in: 36_000, token_type: 'bearer' });
  });

  test('is not had by others, nor for another grant', async () => {
    const { clientId, clientSecret } = onelogin;
    expect((await ask({ ...form, Authorization: `client_id:${clientId}, client_secret:x` }, grant)).status).toBe(401);
    expect((await ask(form, grant)).status).toBe(401);
    const body = `client_id=${clientId}&client_secret=${clientSecret}`;
    expect((await ask(form, body)).status).toBe(400);
  });

  test('is needed everywhere', async () => {
    for (const path of ['/api/2/users/1', '/api/2/hooks', '/api/2/hooks/envs', '/auth/rate_limit']) {
      expect((await fetch(onelogin.url + path)).status).toBe(401);
    }
  });
});

test('the rate limit counts every call, tells so, and is over after an hour', async () => {
  let now = 1_790_000_000_000;
  await onelogin.close();
  onelogin = await startOneLoginSimulator({ now: () => now });
  onelogin.account.callsPerHour = 2;
  expect(await call('GET', '/auth/rate_limit')).toMatchObject({
    body: { data: { 'X-RateLimit-Limit': 2, 'X-RateLimit-Remaining': 1, 'X-RateLimit-Reset': 3600 } },
  });
  expect((await call('GET', '/api/2/hooks')).status).toBe(200);
  expect((await call('GET', '/api/2/hooks')).status).toBe(429);
  now += 3_600_000;
  expect((await call('GET', '/api/2/hooks')).status).toBe(200);
});

describe('custom fields', () => {
  const field = { name: 'Face enrolment token', shortname: 'facestep_token' };
  test('are created wrapped and changed unwrapped', async () => {
    expect((await call('POST', '/api/2/users/custom_attributes', field)).status).toBe(422);
    const created = await call('POST', '/api/2/users/custom_attributes', { user_field: field });
    expect(created).toMatchObject({ status: 201, body: { ...field, position: 1 } });
    expect((await call('POST', '/api/2/users/custom_attributes', { user_field: field })).status).toBe(422);
    const path = `/api/2/users/custom_attributes/${idOf(created)}`;
    expect((await call('PUT', path, { user_field: field })).status).toBe(422);
    expect((await call('PUT', path, { name: 'Other' })).status).toBe(422);
    expect(await call('PUT', path, { ...field, name: 'Other' })).toMatchObject({ body: { name: 'Other' } });
  });

  test('hold what is written, and no field that is not defined is taken', async () => {
    const id = addAda();
    const write = (custom_attributes: unknown) => call('PUT', `/api/2/users/${id}`, { custom_attributes });
    expect((await write({ facestep_token: 'x' })).status).toBe(422);
    await call('POST', '/api/2/users/custom_attributes', { user_field: field });
    expect(await write({ facestep_token: 'x' })).toMatchObject({
      body: { custom_attributes: { facestep_token: 'x' } },
    });
    expect(await write({ facestep_token: '' })).toMatchObject({
      body: { custom_attributes: { facestep_token: null } },
    });
    expect((await call('GET', '/api/2/users/1')).status).toBe(404);
  });
});

describe('hooks', () => {
  test('there is one of each type', async () => {
    expect((await call('POST', '/api/2/hooks', hookOf(returning(keep)))).status).toBe(201);
    expect((await call('POST', '/api/2/hooks', hookOf(returning(keep)))).status).toBe(409);
    const other = hookOf(returning('{}'), { type: 'user-migration' });
    expect((await call('POST', '/api/2/hooks', other)).status).toBe(201);
    expect(await call('GET', '/api/2/hooks?type=user-migration')).toMatchObject({ body: [{ type: 'user-migration' }] });
  });

  test.each([
    ['another type', { type: 'post-user-create' }],
    ['an unknown property', { name: 'x' }],
    ['an old runtime', { runtime: 'nodejs18.x' }],
    ['a time-out in milliseconds', { timeout: 1000 }],
    ['five retries', { retries: 5 }],
    ['too long a function', { function: 'A'.repeat(20_001) }],
    ['a function in the clear', { function: 'exports.handler = x' }],
    ['a variable that is not there', { env_vars: ['FACESTEP_SECRET'] }],
    ['variables with values', { env_vars: [{ name: 'A', value: 'b' }] }],
    ['no runtime', { runtime: undefined }],
    ['no packages', { packages: undefined }],
    ['no time-out', { timeout: undefined }],
    ['an unknown option', { options: { face_enabled: true } }],
  ])('are refused with %s', async (_, changes) => {
    expect((await call('POST', '/api/2/hooks', hookOf(returning(keep), changes))).status).toBe(422);
  });

  test('are replaced whole, and their code only while they are disabled', async () => {
    const withoutOptions = hookOf(returning(keep));
    const hook = { ...withoutOptions, options: { location_enabled: true } };
    const path = `/api/2/hooks/${idOf(await call('POST', '/api/2/hooks', hook))}`;
    expect((await call('PUT', path, { disabled: true })).status).toBe(422);
    expect((await call('PUT', path, hookOf(returning('1')))).status).toBe(500);
    expect(await call('PUT', path, { ...withoutOptions, disabled: true })).toMatchObject({ body: { options: {} } });
    expect((await call('PUT', path, hookOf(returning('1'), { disabled: true }))).status).toBe(200);
    expect(await call('PUT', path, hookOf(returning('1')))).toMatchObject({
      body: { disabled: false, status: 'ready' },
    });
  });

  test('read variables that are never shown', async () => {
    const secret = { name: 'FACESTEP_SECRET', value: 'canary' };
    const created = await call('POST', '/api/2/hooks/envs', secret);
    expect(created.status).toBe(201);
    expect((await call('POST', '/api/2/hooks/envs', secret)).status).toBe(409);
    const path = `/api/2/hooks/envs/${idOf(created)}`;
    expect((await call('PUT', path, secret)).status).toBe(422);
    expect((await call('PUT', path, { value: 'canary 2' })).status).toBe(200);
    expect(JSON.stringify([created, await call('GET', path), await call('GET', '/api/2/hooks/envs')])).not.toMatch(
      /canary/,
    );
    expect(onelogin.account.variables.values().next().value).toMatchObject({ value: 'canary 2' });
  });
});

describe('a sign-in', () => {
  test('takes the user’s own policy and the factors of it', async () => {
    const policyId = onelogin.addPolicy({ name: 'Strict', factors: ['otp', 'key'] });
    onelogin.addUser({ username: ada.identifier, password: ada.password, policyId });
    expect(await onelogin.signIn(ada)).toEqual({ ok: false, denied: 'factor: otp' });
    expect(await onelogin.signIn({ ...ada, factors: ['otp', 'key'] })).toMatchObject({ ok: true, policyId });
    expect(await onelogin.signIn({ ...ada, password: 'x' })).toEqual({ ok: false, denied: 'password' });
    expect(await onelogin.signIn({ ...ada, identifier: 'x' })).toEqual({ ok: false, denied: 'password' });
  });

  test('is steered and denied by the hook, which sees only its own variables and what it opted in to', async () => {
    addAda();
    const policyId = onelogin.addPolicy({ name: 'Face', factors: [] });
    for (const name of ['SEEN', 'UNSEEN']) await call('POST', '/api/2/hooks/envs', { name, value: String(policyId) });
    const source = `exports.handler = async (context) => {
      console.log(Object.keys(process.env).filter((name) => /SEEN|PATH|HOME/.test(name)), context.location, context.risk?.score);
      return context.app ? { success: true, user: { policy_id: Number(process.env.SEEN) } } : { success: false, user: null };
    };`;
    const options = { risk_enabled: true };
    await call('POST', '/api/2/hooks', hookOf(source, { env_vars: ['SEEN'], options }));
    expect(await onelogin.signIn(ada)).toMatchObject({ ok: true, policyId });
    expect(await onelogin.signIn({ ...ada, appId: null })).toEqual({ ok: false, denied: 'hook' });
    const [hook] = onelogin.account.hooks.values();
    const logs = await call('GET', `/api/2/hooks/${hook!.id}/logs`);
    expect(logs.body).toMatchObject([
      { events: [expect.stringMatching(/^\S+Z\t\S+\tINFO\t\[ 'SEEN' \] undefined 30$/)] },
      { events: [expect.any(String)] },
    ]);
  });

  test.each([
    ['throws', 'exports.handler = async () => { throw new Error() };', 'exception'],
    ['does not load', 'const axios = require("axios"); exports.handler = async () => {};', 'exception'],
    ['answers nothing', returning('undefined'), 'answer'],
    ['answers no policy', returning('{ success: true, user: { policy_id: NaN } }'), 'answer'],
    ['answers a policy as text', returning('{ success: true, user: { policy_id: "1" } }'), 'answer'],
    ['answers an unknown policy', returning('{ success: true, user: { policy_id: 1 } }'), 'answer'],
  ])('whose hook %s ends as the account is set, tries and all', async (_, source, failure) => {
    addAda();
    await call('POST', '/api/2/hooks', hookOf(source, { retries: 1 }));
    expect(await onelogin.signIn(ada)).toMatchObject({ ok: true });
    onelogin.account.whenHookFails = 'deny';
    expect(await onelogin.signIn(ada)).toEqual({ ok: false, denied: 'hook' });
    expect(onelogin.account.runs).toMatchObject([
      { failure, tries: 2 },
      { failure, tries: 2 },
    ]);
  });

  test('whose hook takes longer than its time-out is not waited for', async () => {
    await onelogin.close();
    onelogin = await startOneLoginSimulator();
    addAda();
    await call('POST', '/api/2/hooks', hookOf('exports.handler = async () => { for (;;); };'));
    expect(await onelogin.signIn(ada)).toMatchObject({ ok: true });
    expect(onelogin.account.runs).toMatchObject([{ failure: 'timeout' }]);
  });

  test('of a user outside the roles of the hook does not run it', async () => {
    addAda();
    onelogin.addUser({ username: 'grace@example.com', password: ada.password, roleIds: [123_456] });
    const conditions = [{ source: 'roles', operator: '~', value: '123456' }];
    await call('POST', '/api/2/hooks', hookOf(returning('{ success: false, user: null }'), { conditions }));
    expect(await onelogin.signIn(ada)).toMatchObject({ ok: true });
    expect(await onelogin.signIn({ ...ada, identifier: 'grace@example.com' })).toMatchObject({ ok: false });
  });

  test('of an unknown name may be migrated, once', async () => {
    const source = `exports.handler = async ({ user_identifier, password }) => password === 'correct horse'
      ? { success: true, user: { username: user_identifier, email: user_identifier, password, firstname: 'Ada', lastname: 'B' } }
      : { success: false, user: {} };`;
    await call('POST', '/api/2/hooks', hookOf(source, { type: 'user-migration' }));
    expect(await onelogin.signIn({ ...ada, password: 'x' })).toEqual({ ok: false, denied: 'password' });
    expect(await onelogin.signIn(ada)).toMatchObject({ ok: true });
    expect(await onelogin.signIn(ada)).toMatchObject({ ok: true });
    expect(onelogin.account.runs.map(({ type }) => type)).toEqual(['user-migration', 'user-migration']);
  });
});
