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
