import { beforeEach, expect, test } from '@jest/globals';
import { findHook } from '../../simulators/onelogin/account.js';
import { testIssuer } from '../../support/fakes/keys.js';
import { applyAll, type ConnectionChanges } from '../../test/contract/bench.js';
import { type OneLoginBench, openOneLoginBench } from '../../test/contract/onelogin.js';
import { encodeFunction } from './smart-hook.js';

let bench: OneLoginBench;
beforeEach(async () => {
  bench = await openOneLoginBench();
  await provision({ onelogin: { pilotRole: 17 } });
});

const provision = (changes: ConnectionChanges, publicUrl = testIssuer) =>
  applyAll(bench.provision({ ...changes, publicUrl }));
const hook = () => findHook(bench.onelogin.account, 'pre-authentication')!;
const change = (changes: Partial<ReturnType<typeof hook>['settings']>) =>
  (hook().settings = { ...hook().settings, ...changes });
const read = async (changes: ConnectionChanges = {}) => (await bench.connect(changes).readHookCalls!()).hooks;

test('the Smart Hook of sign-ins is reported with its condition; one that migrates users only if it exists', async () => {
  const reason = 'only for members of the role 17';
  expect(await read()).toEqual([{ hook: 'pre-authentication', decides: true, state: 'partly', reason, where: [] }]);
  await provision({ onelogin: { pilotRole: null } });
  expect(await read()).toMatchObject([{ state: 'called', where: [] }]);
});

test.each([
  ['it is disabled', () => change({ disabled: true }), /is disabled/],
  ['it does not exist', () => bench.onelogin.account.hooks.clear(), /no Smart Hook of this type/],
  ['its function is another one', () => change({ function: encodeFunction('exports.handler = 1;') }), /not facestep’s/],
  ['its function calls another server', () => provision({}, 'https://former.example.com'), /does not call https/],
])('a Smart Hook is reported as not called if %s', async (_, plant, reason) => {
  await plant();
  expect(await read()).toMatchObject([{ state: 'not_called', reason: expect.stringMatching(reason), where: [] }]);
});

test.each([
  ['its function is of another configuration', () => provision({ onelogin: { whenDown: 'refuse' } }), /not the one of/],
  ['it is not deployed', () => (hook().status = 'create-running'), /has not deployed.*create-running/],
])('it is not known if OneLogin calls a Smart Hook if %s', async (_, plant, reason) => {
  await plant();
  expect(await read()).toMatchObject([{ state: 'unknown', reason: expect.stringMatching(reason) }]);
});

test('it is not known if OneLogin calls a Smart Hook if the credential may not read it', async () => {
  const reason = 'the provider does not accept how this server authenticates (profile_unavailable, status 401)';
  const found = await read({ onelogin: { clientSecret: 'another-secret' } });
  expect(found).toEqual(
    ['pre-authentication', 'user-migration'].map((type) => ({
      hook: type,
      decides: true,
      state: 'unknown',
      reason,
      where: [],
    })),
  );
});

test('a function that migrates users without the face check is reported', async () => {
  const { status } = await bench.onelogin.callApi('POST', '/api/2/hooks', {
    type: 'user-migration',
    function: encodeFunction('exports.handler = async () => ({ success: true });'),
    disabled: false,
    runtime: 'nodejs24.x',
    timeout: 1,
    retries: 0,
    env_vars: [],
    packages: {},
  });
  expect(status).toBe(201);
  expect((await read())[1]).toMatchObject({ hook: 'user-migration', state: 'not_called' });
});
