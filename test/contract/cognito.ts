import {
  AddCustomAttributesCommand,
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CreateUserPoolClientCommand,
  type CreateUserPoolClientCommandInput,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { z } from 'zod';
import { toReceiptAudience } from '../../adapters/cognito/caller.js';
import { createCognitoClient } from '../../adapters/cognito/client.js';
import { type CognitoConnection, createCognitoConnectionGuard } from '../../adapters/cognito/config.js';
import { createCognitoTriggers, type Trigger, type TriggerName } from '../../adapters/cognito/flow.js';
import { createCognitoAdapter } from '../../adapters/cognito/index.js';
import { createGuard, defineGuard, preTokenGuard, verifyGuard } from '../../adapters/cognito/schema.js';
import { triggerSettingsGuard } from '../../adapters/cognito/trigger-settings.js';
import { atSimulator, deployTriggers, triggerFunctions } from '../../simulators/cognito/deploy.js';
import { type CognitoSimulator, startCognitoSimulator } from '../../simulators/cognito/index.js';
import type { UserPool } from '../../simulators/cognito/pool.js';
import { parseEvent, type RawReply } from '../../src/connections/hook.js';
import type { CoreDeps } from '../../src/core/deps.js';
import type { Fetch } from '../../src/core/ports.js';
import { issueReceipt } from '../../src/core/receipt.js';
import { testIssuer } from '../../support/fakes/keys.js';
import { withoutTimeLimit } from '../../support/fakes/patient-fetch.js';
import { systemRandom } from '../../support/fakes/sinks.js';
import { endAfterwards } from '../../support/run/for-file.js';
import { serveAdapter } from '../../support/servers/serve-adapter.js';
import { type AdapterHarness, canary, type Handler, type HookHarness, type RawRequest } from './adapter.js';
import { type ConnectionChanges, createBenchCore, createEnds, toPassedCheck } from './bench.js';

export const requestSecret = `${canary}-request-secret`;

export const connectionId = 'customers';

export const toSettings = (
  simulator: CognitoSimulator,
  pool: UserPool,
  clientIds: readonly string[],
  { claims = {}, oidc = null, cognito = {}, policy = {}, recovery = {} }: ConnectionChanges = {},
): CognitoConnection =>
  createCognitoConnectionGuard([]).parse({
    id: connectionId,
    kind: 'cognito',
    claims,
    oidc,
    policy: { mode: 'enforce', liveness: 'off', ...policy },
    recovery,
    cognito: {
      userPoolId: pool.id,
      clientIds,
      endpoint: simulator.url,
      credentials: { kind: 'static', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: canary },
      triggers: { requestSecret },
      ...cognito,
    },
  });

/** Deploys the four functions of the connection. */
export const deployFunctions = (simulator: CognitoSimulator, pool: UserPool): void =>
  deployTriggers(simulator.lambda, pool, {
    connection: connectionId,
    publicUrl: testIssuer,
    clientIds: ['1example23456789'],
    requestSecret,
    receiptKeys: '{"keys":[]}',
  });

/**
 * Returns the settings that name these functions, and a `fetch` that reaches the simulator of AWS.
 * @param functions - `null` if the configuration names none
 */
export function toFunctionDeps(
  simulator: CognitoSimulator,
  pool: UserPool,
  functions: object | null = triggerFunctions,
  changed?: Fetch,
) {
  const named = functions === null ? { requestSecret } : { requestSecret, functions };
  const settings = toSettings(simulator, pool, ['1example23456789'], { cognito: { triggers: named } });
  const reach: Fetch = (url, init) => fetch(atSimulator(url, simulator.url), init);
  return { settings, fetch: changed ?? reach };
}

export function administer(simulator: CognitoSimulator, pool: UserPool) {
  const { cognito } = toSettings(simulator, pool, ['none']);
  const client = createCognitoClient(cognito, { fetch: withoutTimeLimit(fetch) });
  const UserPoolId = pool.id;
  return {
    client,
    async createUser(Username: string, Password: string, email?: string): Promise<string> {
      const UserAttributes = email === undefined ? [] : [{ Name: 'email', Value: email }];
      const { User } = await client.send(new AdminCreateUserCommand({ UserPoolId, Username, UserAttributes }));
      await client.send(new AdminSetUserPasswordCommand({ UserPoolId, Username, Password, Permanent: true }));
      return User?.Attributes?.find(({ Name }) => Name === 'sub')?.Value ?? '';
    },
    async createAppClient(settings: Partial<CreateUserPoolClientCommandInput> = {}): Promise<string> {
      const { UserPoolClient } = await client.send(
        new CreateUserPoolClientCommand({
          UserPoolId,
          ClientName: 'Web',
          ExplicitAuthFlows: ['ALLOW_CUSTOM_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
          PreventUserExistenceErrors: 'ENABLED',
          ...settings,
        }),
      );
      return UserPoolClient?.ClientId ?? '';
    },
    /** Signs in by password alone. @returns the next challenge, `tokens` or the error, and the session of the challenge */
    signIn(ClientId: string, USERNAME: string, PASSWORD: string) {
      const AuthParameters = { USERNAME, PASSWORD };
      return client.send(new InitiateAuthCommand({ ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters })).then(
        ({ ChallengeName, AuthenticationResult, Session }) => ({
          outcome: ChallengeName ?? (AuthenticationResult === undefined ? 'none' : 'tokens'),
          session: Session,
        }),
        (error: Error) => ({ outcome: error.name, session: undefined }),
      );
    },
  };
}

/** Adds the custom attribute as provisioning does. */
export const addFaceAttribute = (pool: UserPool, { client }: Pick<ReturnType<typeof administer>, 'client'>) =>
  client.send(
    new AddCustomAttributesCommand({
      UserPoolId: pool.id,
      CustomAttributes: [
        {
          Name: 'face_token',
          AttributeDataType: 'String',
          Mutable: true,
          StringAttributeConstraints: { MinLength: '0', MaxLength: '256' },
        },
      ],
    }),
  );

/** Starts a user pool with the token's attribute. */
export async function openCognitoBench(
  options: Parameters<typeof startCognitoSimulator>[0] = {},
  poolSettings: Parameters<CognitoSimulator['createPool']>[0] = {},
) {
  const simulator = await startCognitoSimulator(options);
  const stopProvider = endAfterwards(() => simulator.close());
  const pool = await simulator.createPool(poolSettings);
  const administrator = administer(simulator, pool);
  await addFaceAttribute(pool, administrator);
  return { simulator, pool, administrator, stopProvider };
}

/** Creates Lambda triggers with their own user pool and signing keys, and a signer of receipts. */
export async function openTriggerBench() {
  const core = await createBenchCore();
  const { clock, log, audit, state, signer } = core;
  const who = { userPoolId: 'eu-central-1_AbCdEfGhI', clientId: '1example23456789' };
  const connect = async (changes: Readonly<Record<string, unknown>> = {}) => {
    const settings = triggerSettingsGuard.parse({
      mode: 'enforce',
      connection: connectionId,
      issuer: testIssuer,
      userPoolId: who.userPoolId,
      clientIds: [who.clientId, '2example23456789'],
      requestSecret,
      receiptKeys: { keys: await signer.publicKeys() },
      ...changes,
    });
    return createCognitoTriggers({ settings, clock, random: systemRandom, log });
  };
  return {
    clock,
    log,
    audit,
    state,
    signer,
    core,
    who,
    connect,
    triggers: await connect(),
    async issue(
      subject: string,
      nonce: string | null,
      changes: { audience?: string; connection?: string; by?: Partial<CoreDeps> } = {},
    ): Promise<string> {
      const { audience = toReceiptAudience(who), connection = connectionId, by = {} } = changes;
      const receipt = await issueReceipt({ audience, nonce }, toPassedCheck(connection, subject, core), {
        ...core,
        ...by,
      });
      return receipt.use((text) => text);
    },
  };
}

export const toCommon = (who: { userPoolId: string; clientId: string }, userName: string) => ({
  version: '1',
  region: 'eu-central-1',
  userPoolId: who.userPoolId,
  userName,
  callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: who.clientId },
  response: {},
});

export const toRequest = (event: unknown): RawRequest => ({
  method: 'POST',
  headers: {},
  body: Buffer.from(JSON.stringify(event) ?? ''),
});

/** Wraps Lambda triggers as hooks. A call of a Lambda function has no headers. */
export const toHandlers = (triggers: Readonly<Record<string, Trigger>>): Readonly<Record<string, Handler>> =>
  Object.fromEntries(
    Object.entries(triggers).map(([name, { handle, refuse }]) => [name, { admit: async () => handle, refuse }]),
  );

const stringMap = z.record(z.string(), z.string());
const ok = <Response extends z.ZodType>(response: Response) =>
  z.strictObject({ status: z.literal(200), body: z.strictObject({ response }) });
const changesGuard = z.strictObject({
  claimsToAddOrOverride: stringMap.optional(),
  claimsToSuppress: z.array(z.string()),
});

/** Responses that Cognito accepts from each trigger. */
export const triggerReplyGuards = {
  'define-auth-challenge': ok(
    z.strictObject({
      challengeName: z.enum(['PASSWORD_VERIFIER', 'CUSTOM_CHALLENGE']).optional(),
      issueTokens: z.boolean(),
      failAuthentication: z.boolean(),
    }),
  ),
  'create-auth-challenge': ok(
    z.strictObject({
      publicChallengeParameters: stringMap,
      privateChallengeParameters: stringMap,
      challengeMetadata: z.string().min(1),
    }),
  ),
  'verify-auth-challenge': ok(z.strictObject({ answerCorrect: z.boolean() })),
  'pre-token-generation': ok(
    z.strictObject({
      claimsOverrideDetails: changesGuard.optional(),
      claimsAndScopeOverrideDetails: z
        .strictObject({ idTokenGeneration: changesGuard, accessTokenGeneration: changesGuard })
        .optional(),
    }),
  ),
} as const satisfies Record<TriggerName, z.ZodType>;

const says = (text: string) => (reply: RawReply) => JSON.stringify(reply.body).includes(text);

/** Returns what an attacker can see of a challenge: its fields and their lengths. */
export const toLookOfChallenge = (reply: RawReply): unknown => {
  const { response } = triggerReplyGuards['create-auth-challenge'].parse(reply).body;
  const { publicChallengeParameters, challengeMetadata } = response;
  const { nonce = '', request = '', startUrl = '', ...others } = publicChallengeParameters;
  const page = startUrl.replace(request, '');
  return { ...others, nonce: nonce.length, request: request.length, page, challengeMetadata };
};

/** Nonce of the challenge, which a valid receipt must contain. */
const ownNonce = 'a-nonce-of-the-challenge';

export async function setUpCognito(): Promise<AdapterHarness> {
  const bench = await openTriggerBench();
  const { core, who } = bench;
  const { simulator, pool, administrator, stopProvider } = await openCognitoBench({ now: () => bench.clock.now() });
  const one = await administrator.createUser('ada', 'Correct-Horse-9');
  const other = await administrator.createUser('grace', 'Correct-Horse-9');
  const settings = toSettings(simulator, pool, [who.clientId]);
  // The AWS SDK signs with the machine's clock.
  const deps = { core, fetch: ((url, init) => fetch(url, init)) satisfies Fetch };
  const adapter = serveAdapter(createCognitoAdapter, { settings, ...deps });

  /* A receipt can answer only one challenge: the first challenge after the receipt was issued. */
  let passed: { readonly subject: string; readonly receipt: string } | null = null;
  let signInOfReceipt: string | null = null;
  const isOwn = (eventId: string): boolean => signInOfReceipt === null || signInOfReceipt === eventId;
  const eventGuard = z.object({
    signIn: z.string(),
    request: z.object({ userAttributes: z.object({ sub: z.string() }) }),
  });
  const sign = (body: Uint8Array): RawRequest => {
    const event = eventGuard.safeParse(parseJson(body)).data;
    if (event !== undefined && event.request.userAttributes.sub === passed?.subject) signInOfReceipt ??= event.signIn;
    return { method: 'POST', headers: {}, body };
  };
  const forgeries = (body: Uint8Array): readonly RawRequest[] => {
    const event = z.record(z.string(), z.unknown()).safeParse(parseJson(body)).data;
    const bodies =
      event === undefined
        ? [body]
        : [
            { userPoolId: 'eu-central-1_Another00' },
            { userPoolId: `${who.userPoolId} ` },
            { region: 'us-east-1' },
            { callerContext: { clientId: '9another23456789' } },
            { callerContext: { clientId: [who.clientId] } },
            { callerContext: {} },
            { callerContext: null },
            { userPoolId: undefined },
          ].map((change) => Buffer.from(JSON.stringify({ ...event, ...change })));
    return bodies.map((each) => ({ method: 'POST', headers: {}, body: each }));
  };
  const shared = { sign, forgeries, replyMaxBytes: 6 * 1024 * 1024 };
  const common = (signIn: string) => ({ ...toCommon(who, 'ada'), signIn });
  const person = (sub: string) => ({ userAttributes: { sub, 'cognito:user_status': 'CONFIRMED' } });
  const password = [
    { challengeName: 'SRP_A', challengeResult: true, challengeMetadata: null },
    { challengeName: 'PASSWORD_VERIFIER', challengeResult: true, challengeMetadata: null },
  ];
  const right = { challengeName: 'CUSTOM_CHALLENGE', challengeResult: true, challengeMetadata: 'FACE' };

  const define: HookHarness = {
    ...shared,
    fixturePrefix: 'define-',
    parse: (body) => parseEvent(defineGuard, body),
    toEvent: (subject, signIn) => ({
      ...common(signIn),
      triggerSource: 'DefineAuthChallenge_Authentication',
      request: {
        ...person(subject),
        session: passed?.subject === subject && isOwn(signIn) ? [...password, right] : password,
      },
    }),
    replyGuard: triggerReplyGuards['define-auth-challenge'],
    isGranted: says('"issueTokens":true'),
    isLetThrough: says('"issueTokens":true'),
  };
  const create: HookHarness = {
    ...shared,
    fixturePrefix: 'create-',
    parse: (body) => parseEvent(createGuard, body),
    toEvent: (subject, signIn) => ({
      ...common(signIn),
      triggerSource: 'CreateAuthChallenge_Authentication',
      request: { ...person(subject), challengeName: 'CUSTOM_CHALLENGE', session: password },
    }),
    replyGuard: triggerReplyGuards['create-auth-challenge'],
    // Every user gets a challenge, which grants nothing.
    isGranted: says('"issueTokens":true'),
    isLetThrough: says('"request":'),
    toLook: toLookOfChallenge,
  };
  const verify: HookHarness = {
    ...shared,
    fixturePrefix: 'verify-',
    parse: (body) => parseEvent(verifyGuard, body),
    toEvent: (subject, signIn) => ({
      ...common(signIn),
      triggerSource: 'VerifyAuthChallengeResponse_Authentication',
      request: {
        ...person(subject),
        privateChallengeParameters: { nonce: isOwn(signIn) ? ownNonce : `nonce of ${signIn}` },
        challengeAnswer: passed?.receipt ?? 'no face',
      },
    }),
    replyGuard: triggerReplyGuards['verify-auth-challenge'],
    isGranted: says('"answerCorrect":true'),
    isLetThrough: says('"answerCorrect":true'),
  };
  const preToken: HookHarness = {
    ...shared,
    fixturePrefix: 'pre-token-',
    parse: (body) => parseEvent(preTokenGuard, body),
    toEvent: (subject, signIn) => ({
      ...common(signIn),
      version: '2',
      triggerSource: 'TokenGeneration_Authentication',
      request: {
        ...person(subject),
        scopes: ['aws.cognito.signin.user.admin'],
        clientMetadata: passed !== null && isOwn(signIn) ? { face_receipt: passed.receipt } : {},
      },
    }),
    replyGuard: triggerReplyGuards['pre-token-generation'],
    isGranted: says('"face_verified":"true"'),
    isLetThrough: () => true,
  };
  return {
    adapter,
    triggers: toHandlers(bench.triggers),
    subjects: { one, other, unknown: '00000000-0000-4000-a000-000000000000' },
    addUser: (login) => administrator.createUser(login, 'Correct-Horse-9', login),
    callUser(subject, given, family) {
      const user = [...pool.users.values()].find(({ sub }) => sub === subject)!;
      user.attributes.set('given_name', given).set('family_name', family);
    },
    readAttribute: (subject) =>
      [...pool.users.values()].find(({ sub }) => sub === subject)?.attributes.get('custom:face_token') ?? null,
    connectThrough: (wrap) => serveAdapter(createCognitoAdapter, { settings, core, fetch: wrap(deps.fetch) }),
    connectWithPolicy: (policy) =>
      serveAdapter(createCognitoAdapter, {
        settings: toSettings(simulator, pool, [who.clientId], { policy }),
        ...deps,
      }),
    async passStepUp(subject) {
      passed = { subject, receipt: await bench.issue(subject, ownNonce) };
      signInOfReceipt = null;
    },
    hooks: {
      'define-auth-challenge': define,
      'create-auth-challenge': create,
      'verify-auth-challenge': verify,
      'pre-token-generation': preToken,
    },
    ...createEnds(bench, stopProvider),
  };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString());
  } catch {
    return null;
  }
}
