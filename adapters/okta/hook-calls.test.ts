import { beforeEach, describe, expect, test } from '@jest/globals';
import { toIso } from '../../src/core/units.js';
import { testIssuer } from '../../support/fakes/keys.js';
import { addEventHook, addSamlApp, attachHook, hookTypes } from '../../support/servers/okta-hooks.js';
import { applyAll, type ConnectionChanges } from '../../test/contract/bench.js';
import { hookSecret, type OktaBench, openOktaBench } from '../../test/contract/okta.js';
import { revokingEvents } from './flow-events.js';

/* Everything is set up before each test; then one thing is changed in the org. */

const channel = { type: 'HTTP', header: 'authorization', secret: hookSecret } as const;
const served = { okta: { provision: { registration: {}, saml: true } } };

let bench: OktaBench;
beforeEach(async () => {
  bench = await openOktaBench();
  const { okta } = bench;
  for (const kind of ['token', 'registration', 'password-import'] as const)
    await attachHook(okta, { kind, uri: `${testIssuer}/hooks/workforce/${kind}`, channel });
  const { config } = hookOf('token').channel;
  const saml = { ...config, uri: `${testIssuer}/hooks/workforce/saml` };
  okta.org.hooks.set('cal-saml', {
    ...hookOf('token'),
    id: 'cal-saml',
    type: 'com.okta.saml.tokens.transform',
    channel: { type: 'HTTP', config: saml },
  });
  addSamlApp(okta, 'Other');
  addSamlApp(okta, 'Retired', 'cal-saml').status = 'INACTIVE';
  addSamlApp(okta, 'Payroll', 'cal-saml');
  await addEventHook(okta, { uri: `${testIssuer}/hooks/workforce/events`, secret: hookSecret, events: revokingEvents });
  eventHook().verificationStatus = 'VERIFIED';
});

const hookOf = (kind: keyof typeof hookTypes) =>
  [...bench.okta.org.hooks.values()].find(({ type }) => type === hookTypes[kind])!;
const eventHook = () => [...bench.okta.org.eventHooks.values()][0]!;
const policy = () => bench.okta.org.servers.get('default')!.policy;
const read = (changes: ConnectionChanges = served) => bench.connect(changes).readHookCalls!();
const callOf = async (hook: string, changes: ConnectionChanges = served) =>
  (await read(changes)).hooks.find((each) => each.hook === hook);

test('each hook that the configuration serves is reported with the rules and applications that call it', async () => {
  const { hooks, readAt } = await read();
  expect(readAt).toBe(toIso(bench.clock.now()));
  expect(hooks).toEqual([
    { hook: 'token', decides: true, state: 'called', reason: null, where: ['rule "Default rule" of "Default Policy"'] },
    {
      hook: 'registration',
      decides: true,
      state: 'called',
      reason: null,
      where: ['rule "Default rule" of "Default Policy"'],
    },
    {
      hook: 'saml',
      decides: true,
      state: 'partly',
      reason: 'not for application "Other"',
      where: ['application "Payroll"'],
    },
    { hook: 'password-import', decides: true, state: 'called', reason: null, where: [] },
    { hook: 'events', decides: false, state: 'called', reason: null, where: [] },
  ]);
});

test.each([
  ['token', 'the hook is inactive', () => (hookOf('token').status = 'INACTIVE'), /is not active/],
  [
    'token',
    'no rule names it',
    () => (policy().rule.definition = { name: 'Rule', actions: { token: {} } }),
    /no active rule/,
  ],
  [
    'token',
    'its rule is inactive',
    () => (policy().rule.definition = { ...policy().rule.definition, status: 'INACTIVE' }),
    /no active rule of the authorization server default/,
  ],
  ['token', 'the policy of its rule is inactive', () => (policy().status = 'INACTIVE'), /no active rule/],
  [
    'token',
    'the authorization server is inactive',
    () => (bench.okta.org.servers.get('default')!.status = 'INACTIVE'),
    /authorization server default is not active/,
  ],
  ['token', 'the policy of its rule has no client', () => (policy().clients = []), /no active rule/],
  [
    'token',
    'it calls another server',
    () => move(hookOf('token')),
    /calls https:\/\/other\.example\.com\/hooks\/workforce\/token, not/,
  ],
  ['token', 'it does not exist', () => bench.okta.org.hooks.clear(), /not registered/],
  [
    'registration',
    'no profile policy names it',
    () => (bench.okta.org.registrationRule.definition = { name: 'Rule', actions: { profileEnrollment: {} } }),
    /no active rule of a user profile policy/,
  ],
  [
    'registration',
    'its rule allows no sign-up',
    () => denySignUp(),
    /no active rule of a user profile policy that has applications and allows sign-up/,
  ],
  [
    'registration',
    'its policy has no application',
    () => (bench.okta.org.registrationRule.policy = { system: false, applications: [] }),
    /that has applications/,
  ],
  ['saml', 'no active application names it', () => bench.okta.org.samlApps.clear(), /no active SAML application/],
  ['password-import', 'it is inactive', () => (hookOf('password-import').status = 'INACTIVE'), /is not active/],
  ['events', 'it is not verified', () => (eventHook().verificationStatus = 'UNVERIFIED'), /not verified/],
  ['events', 'it is inactive', () => (eventHook().status = 'INACTIVE'), /is not active/],
  [
    'events',
    'it subscribes to other events',
    () => Object.assign(eventHook().events, { items: ['user.session.start'] }),
    /subscribes to none/,
  ],
])('the hook %s is reported as not called if %s', async (hook, _, change, reason) => {
  change();
  expect(await callOf(hook)).toEqual({
    hook,
    decides: hook !== 'events',
    state: 'not_called',
    reason: expect.stringMatching(reason),
    where: [],
  });
});

test('the doctor fails an event hook that lacks one of its events', async () => {
  const { checks } = bench.provision({ publicUrl: testIssuer });
  const check = () => checks.find(({ title }) => title === 'Event hook')!.run();
  expect(await check()).toMatchObject({ verdict: 'pass' });
  eventHook().events.items = revokingEvents.slice(1);
  expect(await check()).toMatchObject({ verdict: 'fail', found: expect.stringContaining(revokingEvents[0]!) });
});

function denySignUp(): void {
  const rule = bench.okta.org.registrationRule;
  const preRegistrationInlineHooks = [{ inlineHookId: rule.hookId }];
  const profileEnrollment = { access: 'ALLOW', unknownUserAction: 'DENY', preRegistrationInlineHooks };
  rule.definition = { ...rule.definition, actions: { profileEnrollment } };
}

/** Redirects a hook, which keeps the name that this service gives its hooks. */
function move(hook: ReturnType<typeof hookOf>): void {
  const config = { ...hook.channel.config, uri: 'https://other.example.com/hooks/workforce/token?code=a-secret' };
  Object.assign(hook, { name: 'Face step-up (workforce, token)', channel: { type: 'HTTP', config } });
}

test('rules without the hook are named', async () => {
  const other = { id: 'rul-other', name: 'Machines', actions: { token: {} } };
  const fetchMore = async (url: string, init: RequestInit) => {
    const response = await fetch(url, init);
    if (!response.ok || !/authorizationServers\/default\/policies\/\w+\/rules$/.test(url)) return response;
    return Response.json([...((await response.json()) as unknown[]), other]);
  };
  expect(await callOf('token', { ...served, fetch: fetchMore })).toMatchObject({
    state: 'partly',
    reason: 'not for rule "Machines" of "Default Policy"',
  });
});

describe('an identity provider of Okta', () => {
  const secret = 'a-secret-of-the-client-0123456789abcdef';
  const legal = { termsOfUse: 'https://example.com/terms', privacyPolicy: 'https://example.com/privacy' };
  const toOidc = (client: object): ConnectionChanges => ({ oidc: { clients: [client] } });
  const factor = () => toOidc({ kind: 'okta_factor', id: 'okta', secret, orgUrls: [bench.okta.url] });
  const verification = () => toOidc({ kind: 'okta_idv', id: 'okta', secret, orgUrls: [bench.okta.url], ...legal });
  const idp = () => [...bench.okta.org.identityProviders.values()][0]!;
  const authenticator = () => [...bench.okta.org.authenticators.values()][0]!;
  const unread = 'it is active, but facestep does not read if a policy asks for it';

  test('is not called if it does not exist', async () => {
    expect(await callOf('okta_factor okta', factor())).toMatchObject({
      state: 'not_called',
      reason: 'The org has no identity provider for it',
    });
  });

  test('for a factor is not known to be called if it is active, because a policy decides', async () => {
    // Okta refuses the authenticator before IdP Usage is set.
    await expect(applyAll(bench.provision(factor()))).rejects.toMatchObject({ code: 'provider_refused' });
    const reasonOf = async () => (await callOf('okta_factor okta', factor()))?.reason;
    expect(await reasonOf()).toMatch(/is not an authenticator/);
    bench.okta.setIdpUsage(idp().id, 'FACTOR_ONLY');
    await applyAll(bench.provision(factor()));
    expect(await callOf('okta_factor okta', factor())).toMatchObject({ state: 'unknown', reason: unread });
    authenticator().status = 'INACTIVE';
    expect(await callOf('okta_factor okta', factor())).toMatchObject({ state: 'not_called' });
    expect(await reasonOf()).toMatch(/authenticator of ".+" is not active/);
    authenticator().status = 'ACTIVE';
    idp().status = 'INACTIVE';
    expect(await reasonOf()).toMatch(/^"Face check \(workforce\)" is not active/);
  });

  test('for identity verification is not known to be called if it is active, and not called if it is inactive', async () => {
    await applyAll(bench.provision(verification()));
    expect(await callOf('okta_idv okta', verification())).toMatchObject({ state: 'unknown', reason: unread });
    idp().status = 'INACTIVE';
    expect(await callOf('okta_idv okta', verification())).toMatchObject({ state: 'not_called' });
  });
});

test('a user profile policy with a mapped application calls the registration hook', async () => {
  bench.okta.org.registrationRule.policy = { system: false, applications: ['0oa1'] };
  expect(await callOf('registration')).toMatchObject({ state: 'called' });
});

test('a scope that is not granted makes only its own hooks unknown, and is named', async () => {
  const scopes = ['okta.inlineHooks.read', 'okta.authorizationServers.read', 'okta.policies.read'];
  const auth = await bench.addServiceApp(scopes);
  const { hooks } = await read({ okta: { ...served.okta, auth } });
  expect(hooks.map(({ hook, state }) => [hook, state])).toEqual([
    ['token', 'called'],
    ['registration', 'called'],
    ['saml', 'unknown'],
    ['password-import', 'called'],
    ['events', 'unknown'],
  ]);
  expect(hooks.at(-1)?.reason).toBe(
    'the provider does not show it (provider_refused, status 400, invalid_scope); this needs the scope okta.eventHooks.read',
  );
});

test.each([
  ['E0000006', 'an administrator role that may read okta.eventHooks'],
  ['E0000022', 'the scope okta.eventHooks.read, and an administrator role that may read okta.eventHooks'],
])('if Okta refuses the reading with %s, the reason names what can be missing', async (errorCode, missing) => {
  const fetchRefused = async (url: string, init: RequestInit) =>
    url.includes('/api/v1/eventHooks') ? Response.json({ errorCode }, { status: 403 }) : fetch(url, init);
  const auth = await bench.addServiceApp(['okta.eventHooks.read']);
  const found = await callOf('events', { okta: { ...served.okta, auth }, fetch: fetchRefused });
  expect(found?.reason).toBe(
    `the provider does not show it (provider_refused, status 403, ${errorCode}); this needs ${missing}`,
  );
});

test('an API token has no scopes, so a refusal names the role of its creator only', async () => {
  const fetchRefused = async (url: string, init: RequestInit) =>
    url.includes('/api/v1/eventHooks') ? Response.json({ errorCode: 'E0000022' }, { status: 403 }) : fetch(url, init);
  expect((await callOf('events', { ...served, fetch: fetchRefused }))?.reason).toMatch(
    /this needs an administrator role that may read okta\.eventHooks$/,
  );
});

test('every hook is unknown if Okta cannot be reached', async () => {
  const { hooks } = await read({ ...served, fetch: () => Promise.reject(new Error('refused')) });
  expect(hooks.map(({ state }) => state)).toEqual(Array(5).fill('unknown'));
  expect(hooks[0]?.reason).toBe('it cannot be read (profile_unavailable)');
});
