import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AddCustomAttributesCommand,
  AdminGetUserCommand,
  AdminUpdateUserAttributesCommand,
  DescribeUserPoolCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
  UpdateUserPoolClientCommand,
  UpdateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { signIn } from '../../test/cognito-browser.js';
import { addFaceAttribute, administer } from '../../test/contract/cognito.js';
import { createFolder } from '../../test/folder.js';
import { type CognitoSimulator, startCognitoSimulator } from './index.js';
import type { UserPool } from './pool.js';

/* What the simulator must enforce, as the documentation says Cognito does: a test double that lets more through proves nothing. */

const folder = createFolder('cognito-simulator');

let nowMs: number;
let simulator: CognitoSimulator;
let pool: UserPool;
let administrator: ReturnType<typeof administer>;
let clientId: string;
beforeEach(async () => {
  nowMs = Date.now();
  simulator = await startCognitoSimulator({ now: () => nowMs, triggerTimeoutMs: 20_000 });
  pool = await simulator.createPool();
  administrator = administer(simulator, pool);
  clientId = await administrator.createAppClient();
  await administrator.createUser('ada', 'correct horse');
});
afterEach(() => simulator.close());

/** Deploys functions written for the test; what is not named answers rightly. */
let files = 0;
function deploy(functions: Record<string, string>, sourceArns: readonly string[] = [pool.arn]): void {
  const bodies = {
    define: `const { session } = event.request;
      const last = session.at(-1);
      const response = last === undefined ? { challengeName: 'CUSTOM_CHALLENGE' } : last.challengeResult ? { issueTokens: true } : { challengeName: 'CUSTOM_CHALLENGE' };
      return { ...event, response: { issueTokens: false, failAuthentication: false, ...response } };`,
    create: `return { ...event, response: { publicChallengeParameters: { question: '?' }, privateChallengeParameters: { right: 'yes' }, challengeMetadata: 'Q' } };`,
    verify: `return { ...event, response: { answerCorrect: event.request.challengeAnswer.startsWith(event.request.privateChallengeParameters.right) } };`,
    ...functions,
  };
  const file = join(folder, `functions-${++files}.mjs`);
  const lines = Object.entries(bodies).map(
    ([name, body]) => `export const ${name} = async (event, context) => {\n${body}\n};`,
  );
  writeFileSync(file, lines.join('\n'));
  const arnOf = (name: string) => `arn:aws:lambda:eu-central-1:123456789012:function:${name}-${files}`;
  for (const handler of Object.keys(bodies)) {
    simulator.lambda.functions.set(arnOf(handler), { file, handler, environment: {}, sourceArns });
  }
  pool.settings.LambdaConfig = {
    DefineAuthChallenge: arnOf('define'),
    CreateAuthChallenge: arnOf('create'),
    VerifyAuthChallengeResponse: arnOf('verify'),
  };
}

const send = <Output>(command: { readonly input: object }): Promise<Output> =>
  administrator.client.send(command as never) as Promise<Output>;
const begin = () =>
  administrator.client.send(
    new InitiateAuthCommand({ ClientId: clientId, AuthFlow: 'CUSTOM_AUTH', AuthParameters: { USERNAME: 'ada' } }),
  );
const answer = (Session: string | undefined, ANSWER: string) =>
  administrator.client.send(
    new RespondToAuthChallengeCommand({
      ...{ ClientId: clientId, ChallengeName: 'CUSTOM_CHALLENGE', Session },
      ChallengeResponses: { USERNAME: 'ada', ANSWER },
    }),
  );
const refusal = (name: string) => ({ name });

describe('the challenge loop', () => {
  test('asks again with a new session until the answer is right', async () => {
    deploy({});
    const first = await begin();
    expect(first).toMatchObject({
      ChallengeName: 'CUSTOM_CHALLENGE',
      ChallengeParameters: { question: '?', USERNAME: 'ada' },
    });
    const second = await answer(first.Session, 'no');
    expect(second.Session).not.toBe(first.Session);
    const third = await answer(second.Session, 'yes');
    expect(third.AuthenticationResult?.AccessToken).toEqual(expect.any(String));
  });

  test('takes a session once, in its time, and from its app client', async () => {
    deploy({});
    const { Session } = await begin();
    await answer(Session, 'no');
    await expect(answer(Session, 'yes')).rejects.toMatchObject(refusal('NotAuthorizedException'));
    const late = await begin();
    nowMs += 3 * 60_000;
    await expect(answer(late.Session, 'yes')).rejects.toMatchObject(refusal('NotAuthorizedException'));
    const foreign = await begin();
    const of = clientId;
    clientId = await administrator.createAppClient();
    await expect(answer(foreign.Session, 'yes')).rejects.toMatchObject(refusal('NotAuthorizedException'));
    clientId = of;
    await expect(answer(`x${foreign.Session}`, 'yes')).rejects.toMatchObject(refusal('NotAuthorizedException'));
  });

  test('carries answers of 131,072 characters and no more', async () => {
    deploy({});
    const { Session } = await begin();
    await expect(answer(Session, `yes${'x'.repeat(131_070)}`)).rejects.toMatchObject(
      refusal('InvalidParameterException'),
    );
    expect((await answer(Session, `yes${'x'.repeat(131_069)}`)).AuthenticationResult).toBeDefined();
  });

  test('makes sessions over 8,192 characters and does not take them back', async () => {
    deploy({ create: `return { ...event, response: { privateChallengeParameters: { right: 'y'.repeat(8192) } } };` });
    const { Session } = await begin();
    expect(Session?.length).toBeGreaterThan(8192);
    await expect(answer(Session, 'yes')).rejects.toMatchObject(refusal('InvalidParameterException'));
  });

  test('does not hand ClientMetadata of InitiateAuth to the triggers', async () => {
    deploy({});
    const command = { ClientId: clientId, AuthFlow: 'CUSTOM_AUTH', AuthParameters: { USERNAME: 'ada' } } as const;
    await send(new InitiateAuthCommand({ ...command, ClientMetadata: { canary: 'x' } }));
    expect(JSON.stringify(pool.invocations)).not.toContain('canary');
  });
});

describe('a function', () => {
  test('that is late is run three times, each in a process of its own', async () => {
    deploy({ define: 'return new Promise((resolve) => setTimeout(resolve, 60_000));' });
    simulator.setTriggerTimeoutMs(300);
    await expect(begin()).rejects.toMatchObject(refusal('UnexpectedLambdaException'));
    expect(pool.invocations.map(({ outcome }) => outcome)).toEqual(['timed_out', 'timed_out', 'timed_out']);
    expect(simulator.lambda.coldStarts()).toBe(3);
  });

  test('that throws is run once, and its message reaches the client', async () => {
    deploy({ define: "throw new Error('the reason');" });
    await expect(begin()).rejects.toMatchObject({
      ...refusal('UserLambdaValidationException'),
      message: 'DefineAuthChallenge failed with error the reason.',
    });
    expect(pool.invocations).toHaveLength(1);
  });

  test.each([
    ['a number in a map', 'create', 'return { response: { publicChallengeParameters: { exp: 5 } } };'],
    ['an object in a map', 'create', 'return { response: { privateChallengeParameters: { a: {} } } };'],
    ['no response', 'define', 'return {};'],
    ['nothing', 'define', 'return;'],
    ['text for a boolean', 'verify', "return { response: { answerCorrect: 'true' } };"],
  ])('that answers with %s is unrecognizable', async (_, name, body) => {
    deploy({ [name]: body });
    const outcome = begin().then(({ Session }) => answer(Session, 'yes'));
    await expect(outcome).rejects.toMatchObject({
      ...refusal('InvalidLambdaResponseException'),
      message: 'Unrecognizable lambda output',
    });
  });

  test('that may not be invoked for this pool is not', async () => {
    deploy({}, ['arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_Another00']);
    await expect(begin()).rejects.toMatchObject(refusal('UnexpectedLambdaException'));
    expect(simulator.lambda.coldStarts()).toBe(0);
  });

  test('is told how much time it has, and keeps its process while it is in time', async () => {
    deploy({
      define:
        "if (!(context.getRemainingTimeInMillis() > 0)) throw new Error('no time'); return { ...event, response: { challengeName: 'CUSTOM_CHALLENGE' } };",
    });
    await begin();
    await begin();
    expect(simulator.lambda.coldStarts()).toBe(2);
  });
});

describe('a user there is not', () => {
  const beginAs = (ClientId: string) =>
    administrator.client.send(
      new InitiateAuthCommand({ ClientId, AuthFlow: 'CUSTOM_AUTH', AuthParameters: { USERNAME: 'nobody' } }),
    );

  test('is told to the triggers where the app client hides it', async () => {
    deploy({});
    expect((await beginAs(clientId)).ChallengeName).toBe('CUSTOM_CHALLENGE');
    expect(pool.invocations[0]?.event).toMatchObject({ request: { userNotFound: true, userAttributes: {} } });
  });

  test('is told to the client where it does not', async () => {
    deploy({});
    const legacy = await administrator.createAppClient({ PreventUserExistenceErrors: 'LEGACY' });
    await expect(beginAs(legacy)).rejects.toMatchObject(refusal('UserNotFoundException'));
    expect(pool.invocations).toEqual([]);
  });

  test('never gets tokens, whatever the functions say', async () => {
    deploy({ define: 'return { ...event, response: { issueTokens: true } };' });
    await expect(beginAs(clientId)).rejects.toMatchObject(refusal('NotAuthorizedException'));
  });
});

describe('the password by SRP', () => {
  const at = (client: string) => ({ endpoint: simulator.url, userPoolId: pool.id, clientId: client });
  const never = async () => ({ answer: '' });

  test('signs in with the right one alone', async () => {
    const open = await administrator.createAppClient({ ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'] });
    const flow = 'USER_SRP_AUTH';
    expect((await signIn(at(open), { username: 'ada', password: 'correct horse', flow }, never)).ok).toBe(true);
    for (const person of [
      { username: 'ada', password: 'correct horsE' },
      { username: 'nobody', password: 'x' },
    ])
      expect(await signIn(at(open), { ...person, flow }, never)).toMatchObject({
        ok: false,
        code: 'NotAuthorizedException',
      });
  });

  test('refuses a public value that makes the password irrelevant', async () => {
    const open = await administrator.createAppClient({ ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'] });
    for (const SRP_A of ['0', '', 'not a number']) {
      const command = {
        ClientId: open,
        AuthFlow: 'USER_SRP_AUTH',
        AuthParameters: { USERNAME: 'ada', SRP_A },
      } as const;
      await expect(send(new InitiateAuthCommand(command))).rejects.toMatchObject(refusal('InvalidParameterException'));
    }
  });
});

describe('administration', () => {
  test('must be signed', async () => {
    const response = await fetch(simulator.url, {
      method: 'POST',
      headers: { 'x-amz-target': 'AWSCognitoIdentityProviderService.AdminGetUser' },
      body: JSON.stringify({ UserPoolId: pool.id, Username: 'ada' }),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
  });

  test('resets what an update leaves out', async () => {
    const UserPoolId = pool.id;
    await send(new UpdateUserPoolCommand({ UserPoolId, MfaConfiguration: 'ON', LambdaConfig: { PreSignUp: 'a' } }));
    await send(new UpdateUserPoolCommand({ UserPoolId, DeletionProtection: 'ACTIVE' }));
    const { UserPool } = await administrator.client.send(new DescribeUserPoolCommand({ UserPoolId }));
    expect(UserPool).toMatchObject({ MfaConfiguration: 'OFF', LambdaConfig: {}, DeletionProtection: 'ACTIVE' });
    await send(new UpdateUserPoolClientCommand({ UserPoolId, ClientId: clientId, WriteAttributes: ['email'] }));
    await send(new UpdateUserPoolClientCommand({ UserPoolId, ClientId: clientId, ClientName: 'Web' }));
    expect(pool.clients.get(clientId)?.settings).toEqual({ ClientName: 'Web' });
  });

  test('refuses to take back both validities of temporary passwords, as they are described', async () => {
    const { UserPool = {} } = await administrator.client.send(new DescribeUserPoolCommand({ UserPoolId: pool.id }));
    const { Policies, AdminCreateUserConfig } = UserPool;
    const back = new UpdateUserPoolCommand({ UserPoolId: pool.id, ...{ Policies, AdminCreateUserConfig } });
    await expect(send(back)).rejects.toMatchObject(refusal('InvalidParameterException'));
  });

  test.each(['x'.repeat(21), '', 'face_token'])('refuses to add the attribute "%s"', async (Name) => {
    await addFaceAttribute(pool, administrator);
    const command = { UserPoolId: pool.id, CustomAttributes: [{ Name, AttributeDataType: 'String' as const }] };
    await expect(send(new AddCustomAttributesCommand(command))).rejects.toMatchObject(
      refusal('InvalidParameterException'),
    );
  });

  test('refuses a fifty-first custom attribute', async () => {
    const add = (from: number, count: number) => {
      const CustomAttributes = Array.from({ length: count }, (_, each) => ({ Name: `a${from + each}` }));
      return send(new AddCustomAttributesCommand({ UserPoolId: pool.id, CustomAttributes }));
    };
    await add(0, 25);
    await add(25, 25);
    await expect(add(50, 1)).rejects.toMatchObject(refusal('InvalidParameterException'));
  });

  test('refuses values over 2,048 characters, and over what the attribute holds', async () => {
    await addFaceAttribute(pool, administrator);
    const write = (Name: string, Value: string) => {
      const UserAttributes = [{ Name, Value }];
      return send(new AdminUpdateUserAttributesCommand({ UserPoolId: pool.id, Username: 'ada', UserAttributes }));
    };
    await write('custom:face_token', 'x'.repeat(256));
    for (const [name, value] of [
      ['custom:face_token', 'x'.repeat(257)],
      ['profile', 'x'.repeat(2049)],
      ['custom:unknown', 'x'],
      ['sub', 'x'],
    ] as const)
      await expect(write(name, value)).rejects.toMatchObject(refusal('InvalidParameterException'));
  });

  test('finds a user by name, and by sub where nobody took that for a name', async () => {
    const { UserAttributes } = await administrator.client.send(
      new AdminGetUserCommand({ UserPoolId: pool.id, Username: 'ada' }),
    );
    const sub = UserAttributes?.find(({ Name }) => Name === 'sub')?.Value;
    const get = () => administrator.client.send(new AdminGetUserCommand({ UserPoolId: pool.id, Username: sub }));
    expect((await get()).Username).toBe('ada');
    await administrator.createUser(sub ?? '', 'correct horse');
    expect((await get()).Username).toBe(sub);
  });
});
