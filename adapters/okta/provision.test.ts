import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Provisioning, ProvisionStep, StepStatus } from '../../src/connections/provisioning.js';
import type { Fetch } from '../../src/core/ports.js';
import { SealedToken } from '../../src/core/secrets.js';
import { FaceError } from '../../src/errors.js';
import { diagnose } from '../../support/benches/diagnose.js';
import { addEventHook, attachHook } from '../../support/servers/okta-hooks.js';
import { canary } from '../../test/contract/adapter.js';
import { applyAll, type ConnectionChanges, findUnchecked, statesOf } from '../../test/contract/bench.js';
import { hookSecret, type OktaBench, openOktaBench } from '../../test/contract/okta.js';
import { type OktaServer, startOktaServer } from '../../test/contract/okta-server.js';

let bench: OktaBench;
let server: OktaServer;
beforeEach(async () => {
  bench = await openOktaBench();
  server = await startOktaServer(bench);
  bench.okta.org.attributes.clear();
});

const everything = { provision: { registration: {}, saml: true } };
const provision = (settings: ConnectionChanges = {}) => bench.provision({ publicUrl: server.origin, ...settings });
const inspectAll = async ({ steps }: Provisioning) => Promise.all(steps.map((step) => step.inspect()));
const stepOf = ({ steps }: Pick<Provisioning, 'steps'>, title: string) =>
  steps.find((step) => step.title.startsWith(title))!;
const inspect = (title: string, provisioning = provision({ okta: everything })): Promise<StepStatus> =>
  stepOf(provisioning, title).inspect();
const hookOf = (type: string) => [...bench.okta.org.hooks.values()].find((hook) => hook.type === type)!;
const tokenHook = () => hookOf('com.okta.oauth2.tokens.transform');
const tokenRule = () => bench.okta.org.servers.get('default')!.policy.rule;
const eventHook = () => [...bench.okta.org.eventHooks.values()][0]!;
/** A fetch that notes what is written. */
function observe(): { writes: string[]; fetch: Fetch } {
  const writes: string[] = [];
  return {
    writes,
    fetch: (url, init) => {
      if (init.method !== 'GET') writes.push(`${init.method} ${new URL(url).pathname}`);
      return fetch(url, init);
    },
  };
}

describe('an empty org', () => {
  test('is fully configured by the first run; a second run changes nothing', async () => {
    const provisioning = provision({ okta: everything });
    const planned = await inspectAll(provisioning);
    expect(planned.map(({ state }) => state)).toEqual([...Array(8).fill('missing'), 'manual', 'missing', 'manual']);
    expect(bench.okta.org.hooks.size + bench.okta.org.attributes.size).toBe(0);
    expect(JSON.stringify(planned)).not.toContain(canary);

    await applyAll(provisioning);
    expect(await statesOf(provisioning)).toEqual([...Array(8).fill('ready'), 'manual', 'ready', 'manual']);
    expect(bench.okta.org.attributes.get('facestepToken')).toMatchObject({
      type: 'string',
      maxLength: 256,
      scope: 'NONE',
      required: false,
      permissions: [{ principal: 'SELF', action: 'HIDE' }],
    });
    expect(tokenHook()).toMatchObject({
      status: 'ACTIVE',
      channel: {
        config: {
          uri: `${server.origin}/hooks/workforce/token`,
          authScheme: { type: 'HEADER', key: 'authorization', value: hookSecret },
        },
      },
    });
    expect(tokenRule().hookId).toBe(tokenHook().id);
    expect(bench.okta.org.registrationRule.hookId).toBe(hookOf('com.okta.user.pre-registration').id);
    expect(eventHook()).toMatchObject({ status: 'ACTIVE', verificationStatus: 'VERIFIED' });

    const { writes, fetch } = observe();
    const again = provision({ okta: everything, fetch });
    await applyAll(again);
    expect(writes).toEqual([]);
  });
});

test('each pending step is a failed check, but for the rule that the check of all rules covers', async () => {
  const client = { secret: 'a-secret-of-the-client-0123456789abcdef', orgUrls: [bench.okta.url] };
  const provisioning = provision({
    okta: { provision: { ...everything.provision, securityEventsProvider: true } },
    oidc: { clients: [{ kind: 'okta_factor', id: 'okta', ...client }] },
  });
  expect(await findUnchecked(provisioning)).toEqual(['Rule of the authorization server default']);
});

test('each step tells how it is done by hand: with the values that the org receives, and without a secret', async () => {
  const client = { secret: `${canary}-secret-of-the-client-0123456789`, orgUrls: [bench.okta.url] };
  const pages = { termsOfUse: 'https://example.com/terms', privacyPolicy: 'https://example.com/privacy' };
  const provisioning = provision({
    okta: {
      hooks: { secret: { value: hookSecret }, previousSecret: `${canary}-previous-secret` },
      registration: { receiptIn: 'form' },
      provision: { registration: {}, saml: true, securityEventsProvider: true },
    },
    oidc: {
      clients: [
        { kind: 'okta_factor', id: 'okta', ...client },
        { kind: 'okta_idv', id: 'idv', ...client, ...pages },
      ],
    },
    recovery: { mode: 'evaluation' },
  });
  const byHand = ({ byHand = [] }: ProvisionStep) => byHand;
  const text = provisioning.steps.flatMap(byHand).join('\n');
  expect(provisioning.steps.filter((step) => byHand(step).length === 0)).toEqual([]);
  for (const hook of ['token', 'registration', 'saml', 'password-import', 'events'])
    expect(text).toContain(`URL: ${server.origin}/hooks/workforce/${hook}\n`);
  expect(text).not.toContain(canary);
  expect(text).not.toContain(bench.okta.apiToken);

  const apply = async (title: string) => {
    const step = stepOf(provisioning, title);
    await step.apply();
    return byHand(step);
  };
  const tokenLines = await apply('Inline hook: token');
  expect(tokenLines).toEqual([
    'Workflow > Inline Hooks > Add Inline Hook > Token',
    `Name: ${tokenHook().name}`,
    `URL: ${tokenHook().channel.config.uri}`,
    `Authentication field: ${tokenHook().channel.config.authScheme?.key}`,
    expect.stringContaining('Authentication secret: the value of okta.hooks.secret.value'),
  ]);
  const eventLines = await apply('Event hook');
  expect(eventLines).toContain(`Name: ${eventHook().name}`);
  expect(eventLines).toContain(`Subscribe to events: ${eventHook().events.items.join(', ')}`);
  const attributeLines = await apply('Profile attribute facestepToken');
  const { title, maxLength } = bench.okta.org.attributes.get('facestepToken')!;
  expect(attributeLines).toContain(`Display name: ${title}`);
  expect(attributeLines).toContain(`Attribute length: at most ${maxLength}`);
  const idpLines = await apply('Identity provider: okta_factor');
  const idp = [...bench.okta.org.identityProviders.values()][0]!;
  expect(idpLines).toContain(`Name: ${idp.name}`);
  expect(idpLines).toContain(`Authorization endpoint: ${idp.client.authorizationEndpoint}`);
  expect(idpLines).toContain(`Algorithm: ${idp.requestAlgorithm}`);
});

test('without a hook secret, the lines by hand are those of the plan', async () => {
  const oauth = { issuer: 'https://example.okta.com/oauth2/face', audience: 'face', clientId: 'client' };
  const { steps, checks } = provision({ okta: { hooks: { oauth } } });
  const step = stepOf({ steps }, 'Inline hook: token');
  expect(await step.inspect()).toMatchObject({ state: 'manual', instructions: step.byHand });
  const check = checks.find(({ fixedBy }) => fixedBy === step.title)!;
  expect(await check.run()).toMatchObject({ verdict: 'fail', found: 'It is not registered' });
});

describe('a service application as the provisioning client', () => {
  const connect = async (scopes: string[], role: string[] | null = null) => {
    const auth = await bench.addServiceApp(scopes, { requireDpop: true, role });
    return provision({ okta: { ...everything, auth } });
  };
  const granted = ['schemas', 'inlineHooks', 'authorizationServers', 'eventHooks', 'policies'].flatMap((name) => [
    `okta.${name}.read`,
    `okta.${name}.manage`,
  ]);

  /** A custom role's permissions, and one standard role. */
  const smallRole = [
    'API_ACCESS_MANAGEMENT_ADMIN',
    'okta.inlinehooks.manage',
    'okta.eventhooks.manage',
    'okta.policies.manage',
  ];

  test('can run all steps with exactly the documented scopes and the small role', async () => {
    const provisioning = await connect(granted, smallRole);
    await applyAll(provisioning);
    expect((await statesOf(provisioning)).filter((state) => state !== 'manual' && state !== 'ready')).toEqual([]);
  });

  test('is planned with the scopes and permissions that it needs, without a secret', async () => {
    const { permissions = [] } = await connect(granted);
    const text = permissions.join('\n');
    for (const name of granted) expect(text).toContain(name);
    for (const name of smallRole.slice(1)) expect(text).toContain(name);
    expect(text).toContain('API Access Management Administrator');
    expect(text).not.toContain('Super Administrator');
    expect(text).not.toContain(canary);
  });

  test('is told by doctor which scope or permission is missing', async () => {
    const check = async (scopes: string[], role: string[] | null) =>
      (await connect(scopes, role)).checks.find(({ title }) => title === 'Credentials of this command')!.run();
    expect(await check(granted, smallRole)).toMatchObject({ verdict: 'pass' });
    const withoutScope = granted.filter((name) => !name.startsWith('okta.eventHooks.'));
    expect(await check(withoutScope, null)).toMatchObject({
      verdict: 'fail',
      remedy: expect.stringContaining('okta.eventHooks.manage'),
    });
    for (const missing of smallRole) {
      const role = smallRole.filter((each) => each !== missing);
      const named = missing.startsWith('okta.') ? missing : 'API Access Management Administrator';
      expect(await check(granted, role)).toMatchObject({ verdict: 'fail', remedy: expect.stringContaining(named) });
    }
  });

  test.each([
    [404, 'E0000022', 'pass'],
    [404, 'E0000007', 'pass'],
    [404, null, 'warn'],
    [400, 'E0000001', 'warn'],
    [403, 'E0000015', 'warn'],
  ])('a refusal with the status %s and the code %s makes doctor answer %s', async (status, errorCode, verdict) => {
    const refusing: Fetch = async (url, init) =>
      url.includes('/api/v1/eventHooks') ? Response.json({ errorCode }, { status }) : fetch(url, init);
    const { checks } = provision({ fetch: refusing });
    expect(await checks.find(({ title }) => title === 'Credentials of this command')!.run()).toMatchObject({ verdict });
  });
});

describe('existing settings of an org', () => {
  test('other parts of changed rules remain', async () => {
    const before = structuredClone(tokenRule().definition);
    const enrolment = structuredClone(bench.okta.org.registrationRule.definition);
    await applyAll(provision({ okta: everything }));
    const { id: tokenHookId } = tokenHook();
    const { system: _, ...kept } = before;
    expect(tokenRule().definition).toEqual({
      ...kept,
      actions: { token: { ...(before.actions as { token: object }).token, inlineHook: { id: tokenHookId } } },
    });
    const { profileEnrollment } = enrolment.actions as { profileEnrollment: object };
    expect(bench.okta.org.registrationRule.definition).toMatchObject({
      conditions: null,
      actions: { profileEnrollment },
    });
  });

  test('a hook with the right address is adopted under any name, and its secret header is corrected', async () => {
    const channel = { type: 'HTTP', header: 'x-secret', secret: 'other' } as const;
    const uri = `${server.origin}/hooks/workforce/token`;
    const { id } = await attachHook(bench.okta, { kind: 'token', uri, channel });
    expect(await inspect('Inline hook: token')).toEqual({
      state: 'different',
      changes: [
        'Inline hook "Face step-up, com.okta.oauth2.tokens.transform": Set its secret in the header authorization',
      ],
    });
    await applyAll(provision());
    expect(tokenHook()).toMatchObject({ id, name: 'Face step-up, com.okta.oauth2.tokens.transform' });
    expect(tokenHook().channel.config).toMatchObject({ authScheme: { key: 'authorization', value: hookSecret } });
    expect([...bench.okta.org.hooks.values()].filter(({ type }) => type === tokenHook().type)).toHaveLength(1);
  });

  test('a hook with a previous address of this server is redirected and keeps its other headers and version', async () => {
    await stepOf(bench.provision({ publicUrl: 'https://former.example.com' }), 'Inline hook: token').apply();
    const { id } = tokenHook();
    // The console makes hooks of the newest version of their type.
    Object.assign(tokenHook(), { status: 'INACTIVE', version: '1.0.1' });
    Object.assign(tokenHook().channel.config, {
      headers: [{ key: 'X-Tenant', value: 't1' }],
    });
    expect(await inspect('Inline hook: token')).toMatchObject({
      state: 'different',
      changes: [expect.stringContaining('https://former.example.com'), expect.stringContaining('Activate')],
    });
    await applyAll(provision());
    expect(tokenHook()).toMatchObject({ id, status: 'ACTIVE', version: '1.0.1' });
    expect(tokenHook().channel.config).toMatchObject({
      uri: `${server.origin}/hooks/workforce/token`,
      headers: [{ key: 'X-Tenant', value: 't1' }],
    });
  });

  test('a rule with another hook, and that hook, remain unchanged', async () => {
    const channel = { type: 'HTTP', header: 'authorization', secret: 'theirs' } as const;
    for (const kind of ['token', 'registration', 'password-import'] as const) {
      await attachHook(bench.okta, { kind, uri: 'https://other.example.com/hook', channel });
    }
    const { org } = bench.okta;
    const before = structuredClone([tokenRule(), org.registrationRule, [...org.hooks.values()]]);
    const provisioning = provision({ okta: everything });
    await applyAll(provisioning);
    for (const title of [
      'Rule of the authorization server',
      'Rule of the user profile',
      'Inline hook: password-import',
    ]) {
      expect(await inspect(title, provisioning)).toMatchObject({ state: 'blocked' });
    }
    const foreign = [...org.hooks.values()].filter(({ channel: { config } }) => config.uri.includes('other.example'));
    expect([tokenRule(), org.registrationRule, foreign]).toEqual(before);
  });

  test('an event hook keeps its other events and is verified again', async () => {
    const uri = `${server.origin}/hooks/workforce/events`;
    await addEventHook(bench.okta, { uri, secret: hookSecret, events: ['user.session.start'] });
    const { id } = eventHook();
    await applyAll(provision());
    expect(eventHook()).toMatchObject({ id, verificationStatus: 'VERIFIED' });
    expect(eventHook().events.items).toEqual([
      'user.session.start',
      'user.lifecycle.deactivate',
      'user.lifecycle.suspend',
      'user.lifecycle.delete.initiated',
    ]);
  });

  test('an object on a later page of a list is found, and credentials are sent only to the org', async () => {
    const send: Fetch = async (url, init) => {
      const { pathname, searchParams } = new URL(url);
      if (init.method !== 'GET' || !pathname.endsWith('/policies') || searchParams.has('after'))
        return fetch(url, init);
      // Whatever host a link names, the credentials go to the org alone.
      const link = `<https://evil.example${pathname}?after=00p>; rel="next"`;
      return Response.json([], { headers: { link: `<${url}>; rel="self", ${link}` } });
    };
    await applyAll(provision({ fetch: send }));
    expect(tokenRule().hookId).toBe(tokenHook().id);
  });
});

test.each<[string, () => Response]>([
  ['HTML', () => new Response('<html>')],
  ['a malformed list', () => Response.json([null, 7, { id: 5 }])],
  ['a redirect', () => new Response('', { status: 302, headers: { location: 'https://evil.example/' } })],
])('an org that replies with %s is reported as unavailable, and nothing is written', async (_, answer) => {
  const methods: string[] = [];
  const { steps, checks } = provision({
    okta: everything,
    fetch: async (_, init) => {
      methods.push(init.method ?? '');
      return answer();
    },
  });
  for (const { inspect } of steps) {
    const outcome = await inspect().then(
      ({ state }) => state,
      (error: unknown) => error,
    );
    if (outcome !== 'manual') expect(outcome).toMatchObject({ code: 'profile_unavailable' });
  }
  for (const { run } of checks.slice(2)) {
    const outcome = await run().catch((error: unknown) => error);
    expect(outcome).toMatchObject(
      outcome instanceof FaceError ? { code: 'profile_unavailable' } : { remedy: expect.anything() },
    );
  }
  expect(new Set(methods)).toEqual(new Set(['GET']));
});

describe('the profile attribute', () => {
  const fitting = { title: 'Face', type: 'string', maxLength: null, permissions: null };
  const inspectAttribute = () => inspect('Profile attribute facestepToken');
  test.each([
    ['type', { type: 'array' }],
    ['maxLength', { maxLength: 100 }],
    ['required', { required: true }],
    ['permissions', { permissions: [{ principal: 'SELF', action: 'READ_WRITE' }] }],
    ['master', { master: { type: 'OVERRIDE', priority: [{ type: 'APP', value: '0oa1' }] } }],
  ])('blocks provisioning if its %s is unsuitable: %j', async (misfit, change) => {
    bench.okta.org.attributes.set('facestepToken', { ...fitting, ...change });
    expect(await inspectAttribute()).toMatchObject({ state: 'blocked', reason: expect.stringMatching(`${misfit}$`) });
  });

  test('is changed to be sourced from Okta, and otherwise kept, if users of another directory could not be written', async () => {
    const before = { ...fitting, description: 'By hand', scope: 'NONE', master: { type: 'PROFILE_MASTER' } };
    bench.okta.org.attributes.set('facestepToken', before);
    const ada = await bench.okta.createUser({ login: 'ada@example.com', password: 'correct horse' });
    bench.okta.org.users.get(ada)!.source = 'ACTIVE_DIRECTORY';
    const write = () => bench.connect().profile.writeToken(ada, new SealedToken('FV1.abc'));
    await expect(write()).rejects.toMatchObject({ detail: { status: 403, errorCode: 'E0000023' } });
    expect(await inspectAttribute()).toMatchObject({
      state: 'different',
      changes: [expect.stringContaining('Inherit from Okta')],
    });
    await applyAll(provision());
    expect(await inspectAttribute()).toEqual({ state: 'ready' });
    expect(bench.okta.org.attributes.get('facestepToken')).toMatchObject({ ...before, master: { type: 'OKTA' } });
    await write();
  });
});

describe('the checks', () => {
  const run = async (settings: ConnectionChanges = {}) => {
    const { checks } = provision({ okta: everything, ...settings });
    return diagnose(checks);
  };
  const verdictOf = async (title: string, settings?: ConnectionChanges) =>
    (await run(settings)).find((finding) => finding.title.startsWith(title))?.verdict;
  beforeEach(async () => void (await applyAll(provision({ okta: everything }))));

  test('pass on a configured org except for limits of Okta itself, and consume no pass', async () => {
    const ada = await bench.okta.createUser({ login: 'ada@example.com', password: 'correct horse' });
    await bench.passStepUp(ada);
    const before = bench.core.audit.events.length;
    const findings = await run();
    expect(findings.filter(({ verdict }) => verdict !== 'pass').map(({ title, verdict }) => [title, verdict])).toEqual([
      ['SAML applications that ask the hook', 'manual'],
      ['Users whose password is imported', 'manual'],
      ['Profiles of deactivated users', 'manual'],
      ['Okta when this server is down', 'warn'],
    ]);
    expect(bench.core.audit.events).toHaveLength(before);
    expect(JSON.stringify(findings)).not.toContain(canary);
  });

  test.each<[string, 'fail' | 'warn', () => unknown]>([
    [
      'Profile attribute',
      'fail',
      () => bench.okta.org.attributes.set('facestepToken', { type: 'string', master: { type: 'PROFILE_MASTER' } }),
    ],
    ['Inline hook: token', 'fail', () => Object.assign(tokenHook(), { status: 'INACTIVE' })],
    [
      'Rules that mint',
      'fail',
      () => Object.assign(tokenRule(), { definition: { name: 'x', actions: { token: {} } } }),
    ],
    [
      'Claims configured',
      'fail',
      () =>
        bench.okta.org.servers
          .get('default')!
          .claims.push({ name: 'face_verification', claimType: 'RESOURCE', value: 'verified' }),
    ],
    ['Event hook', 'fail', () => Object.assign(eventHook(), { verificationStatus: 'UNVERIFIED' })],
    [
      'Inline hook: registration',
      'fail',
      () => Object.assign(hookOf('com.okta.user.pre-registration').channel.config, { authScheme: { key: 'x-other' } }),
    ],
  ])('report a wrong setting: %s (%#)', async (title, verdict, damage) => {
    damage();
    expect(await verdictOf(title)).toBe(verdict);
  });
});

describe('account recovery', () => {
  const authenticatorTitle = 'Account recovery: Temporary Access Code authenticator';
  const policiesTitle = 'Account recovery: enrolment policies';
  const enrolmentsTitle = 'Account recovery: codes of users';
  const rolesTitle = 'Account recovery: administrator roles';
  const evaluation = { recovery: { mode: 'evaluation' } };
  const recovering = (settings: ConnectionChanges = {}) => provision({ ...evaluation, ...settings });
  /** The finding of one check, which runs alone. */
  const find = (title: string, settings: ConnectionChanges = {}) =>
    recovering(settings)
      .checks.find((check) => check.title === title)!
      .run();
  const titlesOf = ({ checks, steps }: Provisioning) =>
    [...checks, ...steps].map(({ title }) => title).filter((title) => /recovery/i.test(title));

  test('adds no check and no step while it is off, and for passwords only what they need', () => {
    expect(titlesOf(provision())).toEqual([]);
    expect(titlesOf(recovering())).toHaveLength(5);
    const passwords = { okta: { recovery: { credential: 'temporary_password' } } };
    expect(titlesOf(recovering(passwords))).toEqual([rolesTitle]);
  });

  test('is checked without a change: what is wrong, and the page that fixes it', async () => {
    const { org } = bench.okta;
    const user = await bench.okta.createUser({ login: 'ada@example.com', password: 'correct horse' });
    const { writes, fetch } = observe();
    const authenticator = org.codeAuthenticator!;
    expect(await find(authenticatorTitle, { fetch })).toMatchObject({
      verdict: 'pass',
      found: 'The authenticator is active. A code works once, and lives 10 minutes (at most 14400)',
    });
    authenticator.provider.configuration.minTtl = 120;
    expect(await find(authenticatorTitle, { fetch })).toMatchObject({ verdict: 'warn' });
    authenticator.status = 'INACTIVE';
    const remedy = expect.stringContaining('Security > Authenticators > Setup');
    expect(await find(authenticatorTitle, { fetch })).toMatchObject({ verdict: 'fail', remedy });
    org.codeAuthenticator = null;
    expect(await find(authenticatorTitle, { fetch })).toMatchObject({ verdict: 'fail', remedy });

    expect(await find(policiesTitle, { fetch })).toMatchObject({ verdict: 'pass' });
    org.enrolmentPolicies[0]!.settings.authenticators.push({ key: 'tac', enroll: { self: 'NOT_ALLOWED' } });
    expect(await find(policiesTitle, { fetch })).toMatchObject({
      verdict: 'warn',
      found: expect.stringContaining('"Default Policy"'),
      remedy: expect.stringContaining('Security > Authenticators > Enrollment'),
    });
    expect(await find(enrolmentsTitle, { fetch })).toMatchObject({ verdict: 'pass' });
    expect(await find(rolesTitle, { fetch })).toMatchObject({ verdict: 'pass' });
    expect(writes).toEqual([]);
    expect([org.codes.size, org.users.get(user)?.status]).toEqual([0, 'ACTIVE']);
  });

  test('says if the org does not offer the API, or has no user to test it with', async () => {
    expect(await find(rolesTitle)).toMatchObject({ verdict: 'manual' });
    await bench.okta.createUser({ login: 'ada@example.com', password: 'correct horse' });
    const without: Fetch = async (url, init) =>
      url.includes('authenticator-enrollments')
        ? Response.json({ errorCode: 'E0000022' }, { status: 404 })
        : fetch(url, init);
    expect(await find(enrolmentsTitle, { fetch: without })).toMatchObject({
      verdict: 'fail',
      remedy: expect.stringContaining('temporary_password'),
    });
  });

  test('names the scope that is missing', async () => {
    const okta = { auth: await bench.addServiceApp(['okta.users.read', 'okta.users.manage']) };
    for (const [title, scope, verdict] of [
      [authenticatorTitle, 'okta.authenticators.read', 'fail'],
      [rolesTitle, 'okta.roles.read', 'fail'],
      [policiesTitle, 'okta.policies.read', 'manual'],
    ] as const)
      expect(await find(title, { okta })).toMatchObject({ verdict, remedy: expect.stringContaining(scope) });
  });
});
