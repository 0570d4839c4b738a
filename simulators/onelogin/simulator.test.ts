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

describe('hooks', () => {
  test.each([
    ['another type', { type: 'post-user-create' }],
    ['too long a function', { function: 'A'.repeat(20_001) }],
    ['a variable that is not there', { env_vars: ['FACESTEP_SECRET'] }],
    ['no packages', { packages: undefined }],
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
});

describe('a sign-in', () => {
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
    ['answers a policy as text', returning('{ success: true, user: { policy_id: "1" } }'), 'answer'],
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
});
