import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { atSimulator } from '../../simulators/cognito/deploy.js';
import { type CognitoSimulator, startCognitoSimulator } from '../../simulators/cognito/index.js';
import type { Settings, UserPool } from '../../simulators/cognito/pool.js';
import type { Fetch } from '../../src/core/ports.js';
import { epochMs } from '../../src/core/units.js';
import { canary } from '../../test/contract/adapter.js';
import { type ConnectionChanges, createProcessDeps, findUnchecked, statesOf } from '../../test/contract/bench.js';
import { addFaceAttribute, administer, connectionId, requestSecret, toSettings } from '../../test/contract/cognito.js';
import { createCognitoProvisioning } from './provision.js';

const arn = (name: string) => `arn:aws:lambda:eu-central-1:123456789012:function:${name}`;
const functions = {
  defineAuthChallenge: arn('define'),
  createAuthChallenge: arn('create'),
  verifyAuthChallengeResponse: arn('verify'),
  preTokenGeneration: arn('preToken'),
};
const triggers = { requestSecret, functions };

/** A pool on which an administrator has set about everything that UpdateUserPool would reset. */
const furnished: Settings = {
  PoolName: 'Customers',
  Policies: { PasswordPolicy: { MinimumLength: 14, TemporaryPasswordValidityDays: 2 } },
  DeletionProtection: 'ACTIVE',
  LambdaConfig: { PreSignUp: arn('their-pre-sign-up'), CustomMessage: arn('their-message') },
  AutoVerifiedAttributes: ['email'],
  MfaConfiguration: 'OPTIONAL',
  EmailConfiguration: { EmailSendingAccount: 'DEVELOPER', From: 'us@example.com' },
  UserPoolTags: { team: 'identity' },
  AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
  UserPoolAddOns: { AdvancedSecurityMode: 'AUDIT' },
  AccountRecoverySetting: { RecoveryMechanisms: [{ Name: 'verified_email', Priority: 1 }] },
  UserPoolTier: 'PLUS',
};

let simulator: CognitoSimulator;
let pool: UserPool;
let clientId: string;
let administrator: ReturnType<typeof administer>;
beforeEach(async () => {
  simulator = await startCognitoSimulator({ reach: async (url) => Response.json(toMetadata(url)) });
  await open();
});
afterEach(() => simulator.close());

async function open(settings: Settings = furnished): Promise<void> {
  pool = await simulator.createPool(settings);
  administrator = administer(simulator, pool);
  clientId = await administrator.createAppClient();
}

function toMetadata(url: string) {
  const issuer = url.slice(0, url.indexOf('/.well-known/'));
  const [authorization_endpoint, token_endpoint, jwks_uri] = ['/auth', '/token', '/jwks'].map((path) => issuer + path);
  return { issuer, authorization_endpoint, token_endpoint, jwks_uri };
}

/** Lambda is at the simulator; and the server, which publishes one key. */
const reach: Fetch = async (url, init) =>
  url === 'https://face.example.com/.well-known/jwks.json'
    ? Response.json({ keys: [{ kid: 'key-1' }] })
    : fetch(atSimulator(url, simulator.url), init);

/** Deploys the four functions with this environment, next to what the connection says. */
function deploy(changes: Readonly<Record<string, string>> = {}): void {
  const environment = {
    FACESTEP_CONNECTION: connectionId,
    FACESTEP_PUBLIC_URL: 'https://face.example.com',
    FACESTEP_USER_POOL_ID: pool.id,
    FACESTEP_CLIENT_IDS: clientId,
    FACESTEP_REQUEST_SECRET: requestSecret,
    FACESTEP_MODE: 'enforce',
    FACESTEP_RECEIPT_KEYS: JSON.stringify({ keys: [{ kty: 'OKP', kid: 'key-1' }] }),
    ...changes,
  };
  for (const each of Object.values(functions)) {
    simulator.lambda.functions.set(each, { file: '', handler: 'x', environment, sourceArns: [pool.arn] });
  }
}

function provision(
  { cognito = { triggers }, oidc = null, policy = {}, recovery = {} }: ConnectionChanges = {},
  offsetMs = 0,
) {
  const settings = toSettings(simulator, pool, [clientId], { cognito, oidc, policy, recovery });
  return createCognitoProvisioning({
    ...createProcessDeps(),
    settings,
    publicUrl: 'https://face.example.com',
    fetch: reach,
    clock: { now: () => epochMs(Date.now() + offsetMs) },
  });
}

/** What `facestep provision --apply` does. @returns the states found */
async function applyAll(provisioning = provision()): Promise<string[]> {
  const states: string[] = [];
  for (const step of provisioning.steps) {
    const { state } = await step.inspect();
    states.push(state);
    if (state !== 'missing' && state !== 'different') continue;
    await step.apply();
    expect(await step.inspect()).toEqual({ state: 'ready' });
  }
  return states;
}

const inspectAll = async (changes: ConnectionChanges = {}) =>
  Promise.all(provision(changes).steps.map((step) => step.inspect()));
const verdictOf = async (title: RegExp, changes: ConnectionChanges = {}, offsetMs = 0) => {
  const check = provision(changes, offsetMs).checks.find((each) => title.test(each.title));
  return (await check!.run()).verdict;
};

describe('provisioning', () => {
  test('creates only what is missing, and a second run changes nothing', async () => {
    clientId = await administrator.createAppClient({
      ClientName: 'Shop',
      ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
      RefreshTokenValidity: 7,
      AuthSessionValidity: 10,
      AccessTokenValidity: 15,
      TokenValidityUnits: { AccessToken: 'minutes' },
      CallbackURLs: ['https://shop.example.com/'],
      EnableTokenRevocation: false,
      ReadAttributes: ['email'],
    });
    const client = structuredClone(pool.clients.get(clientId)!.settings);
    deploy({ FACESTEP_MODE: 'shadow' });
    expect(await applyAll()).toEqual(['different', 'missing', 'different', 'different', 'missing']);
    expect(await applyAll()).toEqual(['ready', 'ready', 'ready', 'ready', 'ready']);

    const { LambdaConfig, ...others } = furnished;
    expect(pool.settings).toMatchObject({
      ...others,
      LambdaConfig: {
        ...(LambdaConfig as object),
        DefineAuthChallenge: arn('define'),
        CreateAuthChallenge: arn('create'),
        VerifyAuthChallengeResponse: arn('verify'),
        PreTokenGeneration: arn('preToken'),
        PreTokenGenerationConfig: { LambdaVersion: 'V2_0', LambdaArn: arn('preToken') },
      },
    });
    expect(pool.schema.get('custom:face_token')).toMatchObject({
      AttributeDataType: 'String',
      Mutable: true,
      StringAttributeConstraints: { MaxLength: '256' },
    });
    const { ExplicitAuthFlows, WriteAttributes, ...kept } = pool.clients.get(clientId)!.settings;
    const { ExplicitAuthFlows: formerFlows, ...before } = client;
    expect(formerFlows).toEqual(['ALLOW_REFRESH_TOKEN_AUTH']);
    expect(kept).toMatchObject(before);
    expect(ExplicitAuthFlows).toEqual(['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_CUSTOM_AUTH']);
    expect(WriteAttributes).toContain('email');
  });

  test('by hand, each step has the values that apply sends, and names the settings that hold secrets', async () => {
    clientId = await administrator.createAppClient({ ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'] });
    deploy({ FACESTEP_MODE: 'shadow' });
    const secret = 'canary-of-the-secret-of-the-OpenID-client';
    const domains = ['https://example.auth.eu-central-1.amazoncognito.com'];
    const provisioning = provision({ oidc: { clients: [{ kind: 'cognito', id: 'cognito', secret, domains }] } });
    await applyAll(provisioning);
    const linesOf = (title: RegExp) => provisioning.steps.find((step) => title.test(step.title))?.byHand ?? [];
    expect(provisioning.steps.filter(({ byHand = [] }) => byHand.length === 0)).toEqual([]);
    const everything = provisioning.steps.flatMap(({ byHand = [] }) => byHand).join('\n');
    for (const each of [requestSecret, canary, secret]) expect(everything).not.toContain(each);
    expect(everything).toContain('secret of the client cognito in oidc.clients');

    const { AttributeDataType, StringAttributeConstraints } = pool.schema.get('custom:face_token')!;
    expect(linesOf(/^The attribute/)).toEqual(
      expect.arrayContaining([
        'Name: face_token (Cognito adds “custom:”)',
        `Type: ${AttributeDataType}`,
        `Min: ${StringAttributeConstraints?.MinLength}`,
        `Max: ${StringAttributeConstraints?.MaxLength}`,
      ]),
    );
    const { PreTokenGenerationConfig, ...set } = pool.settings.LambdaConfig as Record<string, unknown>;
    const triggerLines = linesOf(/triggers/).join('\n');
    for (const name of Object.keys(functions)) {
      expect(triggerLines).toContain(`: ${set[name.replace(/^./, (first) => first.toUpperCase())]}`);
    }
    expect(triggerLines).toContain(`(${(PreTokenGenerationConfig as { LambdaVersion: string }).LambdaVersion})`);
    const { ProviderName, ProviderDetails } = pool.identityProviders.get('facestep')!.definition;
    const { client_secret, ...details } = ProviderDetails as Record<string, string>;
    expect(client_secret).toBe(secret);
    const providerLines = linesOf(/^The OpenID provider/).join('\n');
    for (const value of [ProviderName, ...Object.values(details)]) expect(providerLines).toContain(`: ${value}`);
    expect(linesOf(/signs in with a face/).join('\n')).toContain(
      (pool.clients.get(clientId)!.settings.ExplicitAuthFlows as string[]).at(-1),
    );
    expect(linesOf(/^Mode/)).toEqual(
      expect.arrayContaining([
        ...Object.entries(functions).map(([name, each]) => `${name}: ${each}`),
        expect.stringContaining(`FACESTEP_MODE of the four functions to ${modesOf()[0]}.`),
      ]),
    );
  });

  test('by hand, the triggers have the instructions of the plan if the configuration names no functions', async () => {
    const step = provision({ cognito: { triggers: { requestSecret } } }).steps.at(-1)!;
    expect(await step.inspect()).toEqual({ state: 'manual', instructions: step.byHand });
  });

  const modesOf = () =>
    Object.values(functions).map((each) => simulator.lambda.functions.get(each)?.environment.FACESTEP_MODE);
  const findModeStep = (changes: ConnectionChanges = {}) =>
    provision(changes).steps.find(({ title }) => title === 'Mode')!;

  test('sets the mode of each function that has another, and keeps its other variables', async () => {
    deploy({ FACESTEP_MODE: 'shadow', THEIR_OWN: 'kept' });
    const enforcing = simulator.lambda.functions.get(functions.preTokenGeneration)!;
    const environment = { ...enforcing.environment, FACESTEP_MODE: 'enforce' };
    simulator.lambda.functions.set(functions.preTokenGeneration, { ...enforcing, environment });
    const step = findModeStep();
    expect(await step.inspect()).toEqual({
      state: 'different',
      changes: ['defineAuthChallenge', 'createAuthChallenge', 'verifyAuthChallengeResponse'].map((name) =>
        expect.stringContaining(`FACESTEP_MODE of ${name} from shadow to enforce`),
      ),
    });
    await step.apply();
    expect(await step.inspect()).toEqual({ state: 'ready' });
    for (const each of Object.values(functions))
      expect(simulator.lambda.functions.get(each)?.environment).toMatchObject(environment);
    expect(await verdictOf(/^The functions/)).toBe('pass');
  });

  test('accepts sign-ins without a password in the functions, or no longer, as configured', async () => {
    deploy();
    const accepting = { cognito: { triggers, passwordless: true }, policy: { liveness: 'light' } } as const;
    expect(await verdictOf(/^The functions/, accepting)).toBe('fail');
    const readValue = () =>
      simulator.lambda.functions.get(functions.defineAuthChallenge)?.environment.FACESTEP_PASSWORDLESS;
    for (const [changes, value] of [
      [accepting, 'true'],
      [{}, 'false'],
    ] as const) {
      const step = findModeStep(changes);
      expect(await step.inspect()).toMatchObject({
        state: 'different',
        changes: expect.arrayContaining([
          `set FACESTEP_PASSWORDLESS of defineAuthChallenge to ${value}; deploy with passwordless=${value} from now on`,
        ]),
      });
      await step.apply();
      expect(await step.inspect()).toEqual({ state: 'ready' });
      expect(readValue()).toBe(value);
      expect(await verdictOf(/^The functions/, changes)).toBe('pass');
    }
  });

  test('does not overwrite variables that someone changes at the same time', async () => {
    deploy({ FACESTEP_MODE: 'shadow' });
    const theirs = { FACESTEP_MODE: 'shadow', FACESTEP_RECEIPT_KEYS: 'of a deployment meanwhile' };
    simulator.lambda.beforeUpdate = () => {
      for (const [each, found] of simulator.lambda.functions)
        simulator.lambda.functions.set(each, { ...found, environment: theirs });
    };
    await expect(findModeStep().apply()).rejects.toMatchObject({
      code: 'provider_refused',
      detail: { code: 'PreconditionFailedException' },
    });
    expect(simulator.lambda.functions.get(functions.defineAuthChallenge)?.environment).toEqual(theirs);
  });

  test('names the missing permission to change the mode, and leaves unreadable or published functions to a person', async () => {
    deploy({ FACESTEP_MODE: 'shadow' });
    simulator.lambda.isWritable = false;
    await expect(findModeStep().apply()).rejects.toMatchObject({
      code: 'provider_refused',
      detail: { call: 'UpdateFunctionConfiguration', code: 'AccessDeniedException' },
    });
    simulator.lambda.isWritable = true;
    const published = `${functions.defineAuthChallenge}:live`;
    simulator.lambda.functions.set(published, simulator.lambda.functions.get(functions.defineAuthChallenge)!);
    const named = { requestSecret, functions: { ...functions, defineAuthChallenge: published } };
    expect(await findModeStep({ cognito: { triggers: named } }).inspect()).toMatchObject({
      state: 'manual',
      instructions: [expect.stringContaining('defineAuthChallenge')],
    });
    const [publishing] = (findModeStep({ cognito: { triggers: named } }).byHand ?? []).slice(-2);
    expect(publishing).toMatch(/Publish a version.*: defineAuthChallenge\.$/);
    // Without their variables, an update would delete them.
    for (const [each, found] of simulator.lambda.functions)
      simulator.lambda.functions.set(each, { ...found, isEncrypted: true });
    expect(await findModeStep().inspect()).toMatchObject({ state: 'manual' });
    await findModeStep().apply();
    expect(modesOf()).toEqual(Array(4).fill('shadow'));
    expect(simulator.lambda.functions.get(functions.createAuthChallenge)?.environment).toHaveProperty(
      'FACESTEP_REQUEST_SECRET',
    );
  });

  test.each([
    ['DefineAuthChallenge', { DefineAuthChallenge: arn('theirs') }],
    ['PreTokenGeneration', { PreTokenGeneration: arn('theirs') }],
    ['PreTokenGeneration', { PreTokenGenerationConfig: { LambdaVersion: 'V2_0', LambdaArn: arn('theirs') } }],
  ])('is blocked by another function that is configured as %s', async (_, LambdaConfig) => {
    await open({ ...furnished, LambdaConfig });
    expect((await applyAll()).at(-1)).toBe('blocked');
    expect(pool.settings.LambdaConfig).toEqual(LambdaConfig);
    expect(await verdictOf(/triggers/)).toBe('fail');
  });

  test('does not leave an app client with an empty attribute list, which could mean every attribute', async () => {
    await addFaceAttribute(pool, administrator);
    const lists = { WriteAttributes: ['custom:face_token'], ReadAttributes: ['email'] };
    Object.assign(pool.clients.get(clientId)!.settings, lists);
    expect((await applyAll())[0]).toBe('blocked');
    expect(pool.clients.get(clientId)?.settings).toMatchObject(lists);
  });

  test.each([
    ['a number', { AttributeDataType: 'Number' }],
    ['immutable', { Mutable: false }],
    ['too short', { StringAttributeConstraints: { MaxLength: '100' } }],
    ['not allowed to be empty', { StringAttributeConstraints: { MinLength: '20', MaxLength: '2048' } }],
  ])('is blocked by an attribute that is %s', async (_, misfit) => {
    const Name = 'custom:face_token';
    pool.schema.set(Name, { Name, AttributeDataType: 'String', Mutable: true, Required: false, ...misfit });
    expect((await inspectAll())[1]).toMatchObject({ state: 'blocked' });
    expect(await verdictOf(/^The attribute/)).toBe('fail');
  });

  test('removes the attribute from the lists of every app client, also on later pages', async () => {
    await addFaceAttribute(pool, administrator);
    const lists = { WriteAttributes: ['email', 'custom:face_token'], ReadAttributes: ['custom:face_token', 'name'] };
    for (let each = 0; each < 61; each++) await administrator.createAppClient({ ClientName: `c${each}`, ...lists });
    await applyAll();
    const settings = [...pool.clients.values()].map((client) => client.settings);
    expect(settings.filter((each) => JSON.stringify(each).includes('face_token'))).toEqual([]);
    expect(settings.at(-1)).toMatchObject({ WriteAttributes: ['email'], ReadAttributes: ['name'] });
  });

  test('is blocked for an app client without attribute lists if the pool has other custom attributes', async () => {
    pool.schema.set('custom:role', {
      Name: 'custom:role',
      AttributeDataType: 'String',
      Mutable: true,
      Required: false,
    });
    expect((await inspectAll())[0]).toMatchObject({ state: 'blocked' });
    expect((await applyAll())[0]).toBe('blocked');
    expect(pool.clients.get(clientId)?.settings).not.toHaveProperty('WriteAttributes');
    expect(await verdictOf(/out of the users/)).toBe('fail');
  });
});

describe('the checks', () => {
  test('fail for each pending step, and for an app client that reads the attribute', async () => {
    const domains = ['https://example.auth.eu-central-1.amazoncognito.com'];
    const secret = 'a-secret-of-the-client-0123456789abcdef';
    const oidc = { clients: [{ kind: 'cognito', id: 'cognito', secret, domains }] };
    const client = pool.clients.get(clientId)!.settings;
    Object.assign(client, { ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'], WriteAttributes: ['email'] });
    const provisioning = provision({ oidc });
    expect(await statesOf(provisioning)).toEqual([
      'different',
      'missing',
      'different',
      'manual',
      'missing',
      'missing',
      'manual',
    ]);
    expect(await findUnchecked(provisioning)).toEqual([]);
    expect(await verdictOf(/out of the users/)).toBe('fail');
  });

  test('all pass on a configured pool except for a warning about the session duration', async () => {
    await applyAll();
    deploy();
    const findings = await Promise.all(
      provision().checks.map(async (check) => ({ title: check.title, ...(await check.run()) })),
    );
    expect(
      findings.filter(({ verdict }) => verdict !== 'pass').map(({ title, verdict }) => `${verdict}: ${title}`),
    ).toEqual([`warn: App client ${clientId}: time for the face`]);
    for (const { verdict, remedy } of findings) if (verdict !== 'pass') expect(remedy).toMatch(/\S/);
  });

  test.each([
    ['ALLOW_USER_SRP_AUTH', { ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH', 'ALLOW_USER_SRP_AUTH'] }],
    ['ALLOW_USER_PASSWORD_AUTH', { ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH', 'ALLOW_USER_PASSWORD_AUTH'] }],
    ['an unset list of flows', { ExplicitAuthFlows: undefined }],
    ['managed login', { AllowedOAuthFlowsUserPoolClient: true }],
  ])(
    'report an app client that allows a sign-in without a face by %s, as a warning if the policy omits claims',
    async (_, changes) => {
      Object.assign(pool.clients.get(clientId)!.settings, changes);
      expect(await verdictOf(/no way around/)).toBe('fail');
      expect(await verdictOf(/no way around/, { policy: { whenUnverified: 'omit_claim' } })).toBe('warn');
      expect(await verdictOf(/no way around/, { policy: { mode: 'shadow' } })).toBe('warn');
    },
  );

  test.each([
    [{ FACESTEP_MODE: 'shadow' }, 'FACESTEP_MODE is shadow, so no user gets a face check'],
    [{ FACESTEP_MODE: '' }, 'FACESTEP_MODE is not set, so every sign-in is refused'],
    [{ FACESTEP_REQUEST_SECRET: 'canary of another secret' }, 'FACESTEP_REQUEST_SECRET is not'],
    [{ FACESTEP_USER_POOL_ID: 'eu-central-1_Another00' }, 'FACESTEP_USER_POOL_ID'],
    [
      { FACESTEP_RECEIPT_KEYS: '{"keys":[{"kid":"leaked"},{"kid":"key-1"}]}' },
      'FACESTEP_RECEIPT_KEYS still holds leaked',
    ],
  ])('report functions deployed with %j once and without secrets', async (changes, told) => {
    deploy(changes);
    const finding = await provision()
      .checks.find(({ title }) => title === 'The functions')!
      .run();
    expect(finding).toMatchObject({ verdict: 'fail', found: expect.stringContaining(told) });
    expect(finding.found.match(/FACESTEP_/g)).toHaveLength(1);
    expect(JSON.stringify(finding)).not.toMatch(/canary/);
  });
});

describe('the checks of account recovery', () => {
  const on = (clearMfa = false): ConnectionChanges => ({
    recovery: { mode: 'evaluation' },
    cognito: { triggers, recovery: { clearMfa } },
  });
  const runCheck = (title: RegExp, changes: ConnectionChanges) =>
    provision(changes)
      .checks.find((each) => title.test(each.title))!
      .run();

  test('exist only if recovery is not off', () => {
    const titlesOf = (changes: ConnectionChanges) =>
      provision(changes)
        .checks.map(({ title }) => title)
        .filter((title) => title.startsWith('Account recovery'));
    expect(titlesOf({})).toEqual([]);
    expect(titlesOf(on())).toHaveLength(2);
  });

  test('name each missing permission, and change no user', async () => {
    await administrator.createUser('facestep-doctor', 'Correct-Horse-9');
    const { password } = pool.users.get('facestep-doctor')!;
    expect(await runCheck(/permissions/, on(true))).toMatchObject({ verdict: 'pass' });
    pool.denied.add('AdminUserGlobalSignOut').add('AdminSetUserMFAPreference');
    expect(await runCheck(/permissions/, on(true))).toMatchObject({
      verdict: 'fail',
      found: expect.stringContaining('cognito-idp:AdminUserGlobalSignOut, cognito-idp:AdminSetUserMFAPreference.'),
    });
    pool.denied.add('AdminSetUserPassword').delete('AdminUserGlobalSignOut');
    expect(await runCheck(/permissions/, on())).toMatchObject({
      verdict: 'fail',
      found: expect.stringContaining('cognito-idp:AdminSetUserPassword.'),
    });
    expect(pool.users.get('facestep-doctor')).toMatchObject({ status: 'CONFIRMED', password });
    expect(pool.users.size).toBe(1);
  });

  test('warn of temporary passwords that are valid for more than a day', async () => {
    expect(await runCheck(/lifetime/, on())).toMatchObject({
      verdict: 'warn',
      found: 'Temporary passwords are valid for 2 days.',
    });
    pool.settings = { ...pool.settings, Policies: { PasswordPolicy: { TemporaryPasswordValidityDays: 1 } } };
    expect(await runCheck(/lifetime/, on())).toMatchObject({ verdict: 'pass' });
  });
});

test.each([
  ['light', 'none', 'warn', /A biometric alone is not an authenticator/],
  ['movement', 'passkey', 'pass', /a face and a passkey/],
] as const)(
  'the doctor warns of a face as the only factor: liveness %s, user secret %s',
  async (liveness, userSecret, verdict, found) => {
    const checkOf = (changes: ConnectionChanges) =>
      provision(changes).checks.find(({ title }) => title === 'Sign-ins without a password');
    const accepting = { cognito: { triggers, passwordless: true } };
    expect(await checkOf({ ...accepting, policy: { liveness, userSecret } })!.run()).toMatchObject({
      verdict,
      found: expect.stringMatching(found),
    });
    const shadow = checkOf({ ...accepting, policy: { liveness, userSecret, mode: 'shadow' } })!;
    expect((await shadow.run()).found).toContain('In shadow mode, the functions refuse them.');
    expect(checkOf({})).toBeUndefined();
  },
);
