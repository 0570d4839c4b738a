import { beforeEach, describe, expect, test } from '@jest/globals';
import { findHook } from '../../simulators/onelogin/account.js';
import type { Provisioning } from '../../src/connections/provisioning.js';
import { findUnchecked, openServer } from '../../test/contract/bench.js';
import { hookSecret, type OneLoginBench, openOneLoginBench } from '../../test/contract/onelogin.js';
import type { SmartHookType } from './schema.js';
import { decodeFunction, encodeFunction, readComposed, readMarker, renderSmartHook } from './smart-hook.js';

let bench: OneLoginBench;
beforeEach(async () => {
  bench = await openOneLoginBench();
  bench.onelogin.account.fields.length = 0;
});

const publicUrl = 'https://face.example.com';
const provision = (onelogin: Readonly<Record<string, unknown>> = {}, url = publicUrl): Provisioning =>
  bench.provision({ onelogin, publicUrl: url });

const inspect = async ({ steps }: Provisioning) => Promise.all(steps.map(async (step) => (await step.inspect()).state));
/** What `facestep provision --apply` does. */
async function apply({ steps }: Provisioning): Promise<void> {
  for (const step of steps) {
    const { state } = await step.inspect();
    if (state !== 'missing' && state !== 'different') continue;
    await step.apply();
    expect(await step.inspect()).toEqual({ state: 'ready' });
  }
}
const stepOf = ({ steps }: Provisioning, title: RegExp) => steps.find((step) => title.test(step.title))!;
const check = async (title: RegExp, provisioning = provision()) =>
  provisioning.checks.find((each) => title.test(each.title))!.run();

const hookOf = (type: SmartHookType = 'pre-authentication') => findHook(bench.onelogin.account, type)!;
const variables = () =>
  Object.fromEntries([...bench.onelogin.account.variables.values()].map(({ name, value }) => [name, value]));
const theirs = 'exports.handler = async (context) => ({ success: true, user: context.user });';

/** A hook that someone else made. */
async function addHook(source: string, changes: Record<string, unknown> = {}): Promise<void> {
  const { status } = await bench.onelogin.callApi('POST', '/api/2/hooks', {
    type: 'pre-authentication',
    function: encodeFunction(source),
    disabled: false,
    runtime: 'nodejs22.x',
    timeout: 1,
    retries: 2,
    env_vars: [],
    packages: { axios: '1.6.7' },
    ...changes,
  });
  expect(status).toBe(201);
}

describe('an empty account', () => {
  test('receives field, variables and hook; steps for the console are listed as manual', async () => {
    expect(await inspect(provision())).toEqual(['missing', 'missing', 'missing', 'manual', 'manual']);
    expect(await findUnchecked(provision())).toEqual([]);
    await apply(provision());
    expect(await inspect(provision())).toEqual(['ready', 'ready', 'ready', 'manual', 'manual']);
    expect(bench.onelogin.account.fields).toMatchObject([{ shortname: 'facestep_token' }]);
    expect(variables()).toEqual({
      FACESTEP_SECRET: hookSecret,
      FACESTEP_POLICY_ID: String(bench.facePolicyId),
    });
    const { settings } = hookOf();
    expect(settings).toMatchObject({
      disabled: false,
      runtime: 'nodejs24.x',
      timeout: 2,
      retries: 0,
      options: { location_enabled: true },
      env_vars: ['FACESTEP_SECRET', 'FACESTEP_POLICY_ID'],
      packages: {},
    });
    expect(decodeFunction(settings.function)).toContain('https://face.example.com/hooks/workforce/pre-authentication');
    expect(decodeFunction(settings.function)).not.toContain(hookSecret);
  });
});

test('each step tells how it is done by hand: with the values that the account receives, and without a secret', async () => {
  const provisioning = provision({
    hooks: { secret: hookSecret, previousSecret: `${hookSecret}-previous` },
    pilotRole: 123456,
  });
  const linesOf = (title: RegExp) => stepOf(provisioning, title).byHand ?? [];
  const text = provisioning.steps.flatMap(({ byHand = [] }) => byHand).join('\n');
  expect(provisioning.steps.filter(({ byHand = [] }) => byHand.length === 0)).toEqual([]);
  for (const type of ['pre-authentication', 'user-migration'])
    expect(text).toContain(`calls ${publicUrl}/hooks/workforce/${type}\n`);
  expect(text).not.toContain(hookSecret);
  expect(text).not.toContain(bench.onelogin.clientSecret);

  await apply(provisioning);
  const [{ name, shortname } = { name: '', shortname: '' }] = bench.onelogin.account.fields;
  expect(linesOf(/field/)).toEqual([
    'Users > Custom User Fields > New User Field',
    `Name: ${name}`,
    `Shortname: ${shortname}`,
  ]);
  const { FACESTEP_POLICY_ID: policy } = variables();
  expect(linesOf(/variables/).slice(1)).toEqual([
    'POST /api/2/hooks/envs: {"name":"FACESTEP_SECRET","value":"<the value of onelogin.hooks.secret>"}',
    `POST /api/2/hooks/envs: {"name":"FACESTEP_POLICY_ID","value":"${policy}"}`,
  ]);
  const [call = ''] = linesOf(/Hook pre-authentication/).slice(-1);
  const body = JSON.parse(call.replace(/^POST \/api\/2\/hooks: /, ''));
  expect({ ...body, function: '' }).toEqual({ ...JSON.parse(JSON.stringify(hookOf().settings)), function: '' });
  expect(await stepOf(provisioning, /user-migration/).inspect()).toEqual({
    state: 'manual',
    instructions: linesOf(/user-migration/),
  });
});

test('an uploaded function that differs only in its last line break counts as ready', async () => {
  await apply(provision());
  const { settings } = hookOf();
  hookOf().settings = { ...settings, function: encodeFunction(`${decodeFunction(settings.function)}\n`) };
  expect(await stepOf(provision(), /pre-auth/).inspect()).toEqual({ state: 'ready' });
});

describe('a hook of this connection', () => {
  beforeEach(() => apply(provision()));

  test.each([
    ['a new secret', { hooks: { secret: `${hookSecret}-2` } }],
    ['another face policy', { facePolicyId: 4711 }],
    ['another setting whenDown', { whenDown: 'refuse' }],
  ])('is replaced with its variables for %s', async (_, changes) => {
    const changed = provision(changes);
    expect(await stepOf(changed, /pre-auth/).inspect()).toMatchObject({ state: 'different' });
    await apply(changed);
    const { hooks, facePolicyId } = bench.configure({ onelogin: changes }).onelogin;
    expect(variables()).toEqual({
      FACESTEP_SECRET: hooks.secret.use((text) => text),
      FACESTEP_POLICY_ID: String(facePolicyId),
    });
    expect(hookOf().settings.disabled).toBe(false);
  });

  test('keeps the previous function that is composed with the hook, and the settings of that function', async () => {
    const source = renderSmartHook({
      type: 'pre-authentication',
      settings: bench.configure(),
      publicUrl,
      compose: theirs,
    });
    await bench.onelogin.callApi('POST', '/api/2/hooks/envs', { name: 'THEIRS', value: 'x' });
    bench.onelogin.account.hooks.clear();
    const conditions = [{ source: 'roles', operator: '~', value: '123456' }];
    await addHook(source, { env_vars: ['THEIRS'], conditions, options: { risk_enabled: true } });
    await apply(provision({ timeoutSec: 4 }));
    expect(hookOf().settings).toMatchObject({
      packages: { axios: '1.6.7' },
      env_vars: ['THEIRS', 'FACESTEP_SECRET', 'FACESTEP_POLICY_ID'],
      options: { risk_enabled: true, location_enabled: true },
      conditions,
      timeout: 4,
      retries: 0,
      disabled: false,
    });
    expect(readComposed(decodeFunction(hookOf().settings.function))).toBe(theirs);
    expect(variables().THEIRS).toBe('x');
  });

  test('runs for the pilot role if one is set, for all users with null, and for the same users as before without a setting', async () => {
    const condition = { source: 'roles', operator: '~', value: '123456' };
    expect(await stepOf(provision({ pilotRole: 123456 }), /pre-auth/).inspect()).toMatchObject({
      changes: ['Let it run only for the members of the role 123456.'],
    });
    await apply(provision({ pilotRole: 123456 }));
    expect(hookOf().settings.conditions).toEqual([condition]);
    expect(await check(/pre-auth/, provision({ pilotRole: 123456 }))).toMatchObject({
      verdict: 'warn',
      found: expect.stringContaining('role 123456'),
    });
    await apply(provision({ timeoutSec: 3 }));
    expect(hookOf().settings.conditions).toEqual([condition]);
    await apply(provision({ pilotRole: null }));
    expect(hookOf().settings.conditions).toEqual([]);
  });

  test.each([
    ['the hook', '/api/2/hooks/', 2],
    ['the hook a second time', '/api/2/hooks/', 3],
  ])('is restored if the replacement fails at writing %s', async (_, path, failing) => {
    const { settings } = hookOf();
    let writes = 0;
    const refusing: typeof fetch = async (url, init) => {
      if (init?.method === 'PUT' && String(url).includes(path)) writes += 1;
      const isRefused = init?.method === 'PUT' && String(url).includes(path) && writes === failing;
      return isRefused ? Response.json({ name: 'ForbiddenError' }, { status: 403 }) : fetch(url, init);
    };
    const changed = bench.provision({ onelogin: { timeoutSec: 3 }, publicUrl, fetch: refusing });
    await expect(stepOf(changed, /pre-auth/).apply()).rejects.toMatchObject({
      code: 'provider_refused',
      detail: { status: 403 },
    });
    expect(hookOf().settings).toMatchObject(settings);
    await apply(provision({ timeoutSec: 3 }));
  });
});

describe('a hook of another origin', () => {
  test.each<SmartHookType>(['pre-authentication', 'user-migration'])(
    'blocks provisioning at the type %s and is never overwritten',
    async (type) => {
      await addHook(theirs, { type });
      const before = structuredClone(hookOf(type));
      const step = stepOf(provision(), new RegExp(`Hook ${type}`));
      expect(await step.inspect()).toMatchObject({ state: 'blocked', remedy: expect.stringContaining('--compose') });
      await apply(provision());
      await expect(step.apply()).rejects.toMatchObject({ code: 'provider_refused' });
      const verdict = type === 'user-migration' ? 'warn' : 'fail';
      const remedy = expect.stringContaining('--compose');
      expect(await check(new RegExp(`^Smart Hook ${type}`))).toMatchObject({ verdict, remedy });
      expect(hookOf(type)).toEqual(before);
    },
  );

  test('blocks provisioning if it belongs to another connection', async () => {
    const settings = { ...bench.configure(), id: 'another' };
    await addHook(renderSmartHook({ type: 'pre-authentication', settings, publicUrl, compose: null }));
    expect(await stepOf(provision(), /pre-auth/).inspect()).toMatchObject({ state: 'blocked' });
  });

  test('is adopted if it is composed with the hook of this connection', async () => {
    const render = (type: SmartHookType) =>
      renderSmartHook({ type, settings: bench.configure(), publicUrl, compose: theirs });
    await addHook(render('pre-authentication'));
    await addHook(render('user-migration'), { type: 'user-migration' });
    await apply(provision());
    expect(await inspect(provision())).toEqual(['ready', 'ready', 'ready', 'ready', 'manual']);
    expect(hookOf('user-migration').settings).toMatchObject({ env_vars: ['FACESTEP_SECRET'], disabled: false });
    for (const type of ['pre-authentication', 'user-migration'] as const) {
      expect(readComposed(decodeFunction(hookOf(type).settings.function))).toBe(theirs);
      expect(readMarker(decodeFunction(hookOf(type).settings.function))?.type).toBe(type);
    }
  });
});

describe('the checks', () => {
  /** Answers as the server does an unsigned call. */
  const startServer = (status: number) =>
    openServer((request, response) => {
      request.resume();
      response.writeHead(status).end();
    });

  test('pass on a provisioned account and list what an administrator must inspect', async () => {
    await apply(provision());
    const server = await startServer(401);
    const ready = provision({}, server.url);
    await apply(ready);
    const verdicts = await Promise.all(ready.checks.map(async (each) => [each.title, (await each.run()).verdict]));
    expect(Object.fromEntries(verdicts)).toEqual({
      'API credentials': 'pass',
      Clock: 'pass',
      'Rate limit': 'pass',
      'Custom user field facestep_token': 'manual',
      'Environment variables': 'manual',
      'Smart Hook pre-authentication': 'pass',
      'Log of the Smart Hook pre-authentication': 'pass',
      'Smart Hook user-migration': 'pass',
      [`Face policy ${bench.facePolicyId}`]: 'manual',
      'Time budget': 'pass',
      'Ways in without the Smart Hook': 'manual',
    });
  });

  test.each([200, 500])('report %d as the wrong reply of the server to an unsigned call', async (status) => {
    const server = await startServer(status);
    expect(await check(/Time/, provision({}, server.url))).toMatchObject({ verdict: 'fail' });
    await server.close();
    expect(await check(/Time/, provision({}, server.url))).toMatchObject({ verdict: 'fail' });
  });
});

describe('the check of account recovery', () => {
  const withRecovery = (mode: string, send = fetch): Provisioning =>
    bench.provision({ recovery: { mode }, publicUrl, fetch: send });
  const answering = (status: number) =>
    withRecovery('on', async (url, init) =>
      String(url).endsWith('/mfa_token') ? Response.json({}, { status }) : fetch(url, init),
    );

  test('exists only if recovery is not off', () => {
    const titlesOf = ({ checks }: Provisioning) => checks.map(({ title }) => title);
    expect(titlesOf(withRecovery('off')).join()).not.toContain('Account recovery');
    expect(titlesOf(withRecovery('evaluation'))).toContain('Account recovery: permissions');
  });

  test('finds a missing permission, and issues nothing', async () => {
    bench.onelogin.addUser({ username: 'ada@example.com', password: 'correct horse' });
    expect(await check(/recovery/, withRecovery('on'))).toMatchObject({ verdict: 'pass' });
    bench.onelogin.account.mayManageUsers = false;
    expect(await check(/recovery/, withRecovery('on'))).toMatchObject({
      verdict: 'fail',
      found: expect.stringContaining('403'),
    });
    expect(await check(/recovery/, answering(401))).toMatchObject({ verdict: 'fail' });
    expect(bench.onelogin.account.mfaTokens.size).toBe(0);
  });

  test('says that nothing is known if OneLogin checks the request before the permission', async () => {
    const finding = await check(/recovery/, answering(422));
    expect(finding).toMatchObject({ verdict: 'manual', found: expect.stringContaining('not known') });
  });
});
