import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DescribeUserPoolCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
  UpdateUserPoolClientCommand,
  UpdateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { LambdaClient, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { signIn } from '../../support/fakes/cognito-browser.js';
import { createFolder } from '../../support/run/folder.js';
import { administer } from '../../test/contract/cognito.js';
import { arnOf } from './deploy.js';
import { type CognitoSimulator, startCognitoSimulator } from './index.js';
import type { UserPool } from './pool.js';
import { startCognitoSimulation } from './simulation.js';

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
  await administrator.createUser('ada', 'Correct-Horse-9');
});
afterEach(() => simulator.close());

test('a simulation deploys new keys before a sign-in, and keeps the deployed mode', async () => {
  const simulation = await startCognitoSimulation({ port: 0, connection: 'work', serverUrl: simulator.url });
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' };
  const lambda = new LambdaClient({ endpoint: simulation.url, region: simulator.region, credentials });
  const update = (Environment?: { Variables: Record<string, string> }) =>
    lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: arnOf('defineAuthChallenge'), Environment }));
  await simulation.signIn('ada@example.com', null);
  await update({ Variables: { FACESTEP_MODE: 'shadow' } });
  await simulation.signIn('ada@example.com', null);
  expect((await update()).Environment!.Variables).toMatchObject({ FACESTEP_MODE: 'shadow' });
  await simulation.close();
});

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
const begin = (AuthParameters: Record<string, string> = { USERNAME: 'ada' }) =>
  administrator.client.send(new InitiateAuthCommand({ ClientId: clientId, AuthFlow: 'CUSTOM_AUTH', AuthParameters }));
const answer = (Session: string | undefined, ANSWER: string, USERNAME = 'ada') =>
  administrator.client.send(
    new RespondToAuthChallengeCommand({
      ClientId: clientId,
      ChallengeName: 'CUSTOM_CHALLENGE',
      Session,
      ChallengeResponses: { USERNAME, ANSWER },
    }),
  );
const refusal = (name: string) => ({ name });

describe('the custom challenge flow', () => {
  test('begins without a password if the client sends no SRP_A: the define trigger gets an empty session', async () => {
    deploy({});
    for (const given of [{}, { CHALLENGE_NAME: 'CUSTOM_CHALLENGE' }]) {
      pool.invocations.length = 0;
      expect(await begin({ USERNAME: 'ada', ...given })).toMatchObject({ ChallengeName: 'CUSTOM_CHALLENGE' });
      expect(pool.invocations.map(({ trigger, event }) => [trigger, event])).toMatchObject([
        ['DefineAuthChallenge', { request: { session: [] } }],
        ['CreateAuthChallenge', { request: { session: [], challengeName: 'CUSTOM_CHALLENGE' } }],
      ]);
    }
  });

  test('tells the triggers, but not the client, that a user does not exist, and issues no tokens', async () => {
    deploy({});
    const known = await begin();
    const unknown = await begin({ USERNAME: 'nobody' });
    expect(unknown).toMatchObject({ ChallengeName: known.ChallengeName, ChallengeParameters: { question: '?' } });
    await expect(answer(unknown.Session, 'yes', 'nobody')).rejects.toMatchObject(refusal('NotAuthorizedException'));
    for (const { event } of pool.invocations.slice(2))
      expect(event).toMatchObject({ userName: 'nobody', request: { userNotFound: true, userAttributes: {} } });
    clientId = await administrator.createAppClient({ PreventUserExistenceErrors: 'LEGACY' });
    await expect(begin({ USERNAME: 'nobody' })).rejects.toMatchObject(refusal('UserNotFoundException'));
  });
});

test('a temporary password signs in by SRP until it expires, and must be changed', async () => {
  deploy({
    define: `const passed = event.request.session.length > 1;
      return { ...event, response: passed ? { issueTokens: true } : { challengeName: 'PASSWORD_VERIFIER' } };`,
  });
  const temporary = { UserPoolId: pool.id, Username: 'ada', Password: 'Temporary-1', Permanent: false };
  const at = { endpoint: simulator.url, userPoolId: pool.id, clientId };
  const start = () => signIn(at, { username: 'ada', password: 'Temporary-1' }, async () => ({ answer: '' }));
  await administrator.client.adminSetUserPassword(temporary);
  expect(await start()).toMatchObject({ ok: true });
  expect(pool.users.get('ada')?.status).toBe('CONFIRMED');
  await administrator.client.adminSetUserPassword(temporary);
  nowMs += 7 * 86_400_000;
  expect(await start()).toMatchObject({ ok: false, code: 'NotAuthorizedException' });
});

describe('a trigger function', () => {
  test('is invoked three times, each in a new process, if it times out', async () => {
    deploy({ define: 'return new Promise((resolve) => setTimeout(resolve, 60_000));' });
    simulator.setTriggerTimeoutMs(300);
    await expect(begin()).rejects.toMatchObject(refusal('UnexpectedLambdaException'));
    expect(pool.invocations.map(({ outcome }) => outcome)).toEqual(['timed_out', 'timed_out', 'timed_out']);
    expect(simulator.lambda.coldStarts()).toBe(3);
  });
});

describe('the administration API', () => {
  test('resets settings that an update omits', async () => {
    const UserPoolId = pool.id;
    await send(new UpdateUserPoolCommand({ UserPoolId, MfaConfiguration: 'ON', LambdaConfig: { PreSignUp: 'a' } }));
    await send(new UpdateUserPoolCommand({ UserPoolId, DeletionProtection: 'ACTIVE' }));
    const { UserPool } = await administrator.client.send(new DescribeUserPoolCommand({ UserPoolId }));
    expect(UserPool).toMatchObject({ MfaConfiguration: 'OFF', LambdaConfig: {}, DeletionProtection: 'ACTIVE' });
    await send(new UpdateUserPoolClientCommand({ UserPoolId, ClientId: clientId, WriteAttributes: ['email'] }));
    await send(new UpdateUserPoolClientCommand({ UserPoolId, ClientId: clientId, ClientName: 'Web' }));
    expect(pool.clients.get(clientId)?.settings).toEqual({ ClientName: 'Web' });
  });
});
