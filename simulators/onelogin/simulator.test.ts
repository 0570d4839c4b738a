import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type OneLoginSimulator, startOneLoginSimulator } from './index.js';

let onelogin: OneLoginSimulator;
beforeEach(async () => {
  onelogin = await startOneLoginSimulator({ graceMs: 20_000 });
});
afterEach(() => onelogin.close());

const call = (method: string, path: string, body?: unknown) => onelogin.callApi(method, path, body);
const ada = { identifier: 'ada@example.com', password: 'correct horse' };
const addAda = () => onelogin.addUser({ username: ada.identifier, password: ada.password });

const hookOf = (source: string) => ({
  type: 'pre-authentication',
  function: Buffer.from(source).toString('base64'),
  disabled: false,
  runtime: 'nodejs24.x',
  timeout: 1,
  retries: 1,
  env_vars: [],
  packages: {},
});
const returning = (answer: string) => `exports.handler = async (context) => (${answer});`;

test.each([
  ['throws', 'exports.handler = async () => { throw new Error() };', 'exception'],
  ['returns a policy id as text', returning('{ success: true, user: { policy_id: "1" } }'), 'answer'],
])(
  'a sign-in whose hook %s is retried once, then allowed or denied by the account’s setting',
  async (_, source, failure) => {
    addAda();
    await call('POST', '/api/2/hooks', hookOf(source));
    expect(await onelogin.signIn(ada)).toMatchObject({ ok: true });
    onelogin.account.whenHookFails = 'deny';
    expect(await onelogin.signIn(ada)).toEqual({ ok: false, denied: 'hook' });
    expect(onelogin.account.runs).toMatchObject([
      { failure, tries: 2 },
      { failure, tries: 2 },
    ]);
  },
);
