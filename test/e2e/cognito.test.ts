import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AdminInitiateAuthCommand, InitiateAuthCommand } from '@aws-sdk/client-cognito-identity-provider';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { createCognitoProvisioning } from '../../adapters/cognito/provision.js';
import { connectBackend } from '../../examples/demo/backend.js';
import { loadPictures } from '../../examples/demo/pictures.js';
import { startService } from '../../examples/demo/service.js';
import { deployTriggers, triggerFunctions } from '../../simulators/cognito/deploy.js';
import { startCognitoSimulator } from '../../simulators/cognito/index.js';
import { modeTitle } from '../../src/connections/mode-at-provider.js';
import { connectionModeReply, refusedReply } from '../../src/connections/replies.js';
import { type ChallengeParameters, signIn } from '../../support/fakes/cognito-browser.js';
import { until } from '../../support/run/eventually.js';
import { createFolder } from '../../support/run/folder.js';
import { forFile } from '../../support/run/for-file.js';
import { projectRoot } from '../../support/run/paths.js';
import { configureService, serviceKey } from '../../support/servers/service-stage.js';
import { createProcessDeps } from '../contract/bench.js';
import { administer, connectionId, requestSecret, toSettings } from '../contract/cognito.js';

/*
 * The server as a process of its own on real models and photos, a simulated pool that runs the bundled triggers in
 * processes of their own, and AWS's browser client.
 */

const password = 'Correct-Horse-9';
const issuer = 'https://face.example.com';
const folder = createFolder('cognito');
const bundle = join(folder, 'index.mjs');

const pictures = await loadPictures();
await promisify(execFile)(process.execPath, [join(projectRoot, 'scripts/build-triggers.mjs'), bundle]);
// A busy machine may take longer than Cognito waits: its own limit has a test of its own.
const simulator = await forFile(startCognitoSimulator({ triggerTimeoutMs: 30_000 }));
const pool = await simulator.createPool();
const administrator = administer(simulator, pool);
const clientId = await administrator.createAppClient();
const otherClientId = await administrator.createAppClient({ ClientName: 'Other' });
const adaSub = await administrator.createUser('ada', password);
const graceSub = await administrator.createUser('grace', password);

const settings = toSettings(simulator, pool, [clientId, otherClientId], {
  cognito: { triggers: { requestSecret, functions: triggerFunctions } },
});
const { steps } = createCognitoProvisioning({
  settings,
  publicUrl: issuer,
  ...createProcessDeps(),
});
// The functions are deployed below, in the mode of the connection.
for (const step of steps.filter(({ title }) => title !== modeTitle)) {
  const { state } = await step.inspect();
  if (state !== 'ready') await step.apply();
  expect(await step.inspect()).toEqual({ state: 'ready' });
}

const { userPoolId, clientIds, endpoint } = settings.cognito;
const credentials = { kind: 'static', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'canary-aws' };
const cognito = { userPoolId, clientIds, endpoint, credentials, triggers: { requestSecret } };
const policy = { mode: 'enforce', liveness: 'off' };
const connection = { id: connectionId, kind: 'cognito', policy, cognito };
const service = await forFile(startService(configureService(folder, { publicUrl: issuer, connections: [connection] })));
const receiptKeys = await (await fetch(`${service.url}/.well-known/jwks.json`)).text();

const backend = await connectBackend(service.url, serviceKey, { connection: connectionId, application: clientId });
await backend.enrol(adaSub, pictures.person[0]);
await backend.enrol(graceSub, pictures.stranger);

/** Deploys the bundle as serverless.yml does. What ran before is gone: each function starts cold. */
async function deploy(environment: Record<string, string> = {}): Promise<void> {
  await simulator.lambda.close();
  deployTriggers(simulator.lambda, pool, {
    connection: connectionId,
    publicUrl: issuer,
    clientIds: [clientId, otherClientId],
    requestSecret,
    receiptKeys,
    environment,
    file: bundle,
  });
}

beforeEach(() => deploy());
afterEach(() => {
  pool.invocations.length = 0;
});

const at = (client = clientId) => ({ endpoint: simulator.url, userPoolId: pool.id, clientId: client });
const ada = { username: 'ada', password };

/** What the page does with a challenge. @returns the receipt, which a wrong face does not get */
const showFace = ({ request = '' }: ChallengeParameters, photo: Uint8Array): Promise<string | null> =>
  backend.answerRequest(request, photo).catch(() => null);

const toAnswer = (receipt: string | null) => ({
  answer: receipt ?? 'no face',
  ...(receipt === null ? {} : { metadata: { face_receipt: receipt } }),
});
const answerWith = (photo: Uint8Array) => async (challenge: ChallengeParameters) =>
  toAnswer(await showFace(challenge, photo));

/** The claims of a token, its signature checked with the published keys as an application does. */
async function claimsOf(token: string): Promise<Record<string, unknown>> {
  const keys = createRemoteJWKSet(new URL(`${simulator.url}/${pool.id}/.well-known/jwks.json`));
  return (await jwtVerify(token, keys, { issuer: `${simulator.url}/${pool.id}` })).payload;
}

const outcomes = () => pool.invocations.map(({ trigger, outcome }) => `${trigger} ${outcome}`);

describe('a password by SRP, then a face check', () => {
  test('a matching face signs in, and both tokens contain the face claims but not the enrolment token', async () => {
    expect(pool.users.get('ada')?.attributes.get('custom:face_token')).toMatch(/^.{100,256}$/);
    const result = await signIn(at(), ada, answerWith(pictures.person[1]));
    if (!result.ok) throw new Error(result.message);
    for (const token of [result.idToken, result.accessToken]) {
      const claims = await claimsOf(token);
      expect(claims).toMatchObject({ sub: adaSub, face_verified: 'true', face_txn: expect.any(String) });
      expect(Math.abs(Number(claims.face_verified_at) - Date.now() / 1000)).toBeLessThan(60);
    }
    expect(await claimsOf(result.idToken)).not.toHaveProperty('custom:face_token');
    expect(outcomes()).toEqual([
      'DefineAuthChallenge answered',
      'DefineAuthChallenge answered',
      'CreateAuthChallenge answered',
      'VerifyAuthChallengeResponse answered',
      'DefineAuthChallenge answered',
      'PreTokenGeneration answered',
    ]);
  });
});

describe('bypass attempts', () => {
  test('custom authentication without SRP is refused for users and for backends', async () => {
    const without = { ClientId: clientId, AuthFlow: 'CUSTOM_AUTH', AuthParameters: { USERNAME: 'ada' } } as const;
    const refusal = { name: 'NotAuthorizedException' };
    await expect(administrator.client.send(new InitiateAuthCommand(without))).rejects.toMatchObject(refusal);
    const asAdmin = new AdminInitiateAuthCommand({ ...without, UserPoolId: pool.id });
    await expect(administrator.client.send(asAdmin)).rejects.toMatchObject(refusal);
  });
});

describe('the Lambda functions', () => {
  test('refuse a matching face if FACESTEP_MODE is empty, and the log names the variable', async () => {
    await deploy({ FACESTEP_MODE: '' });
    const result = await signIn(at(), ada, answerWith(pictures.person[1]));
    expect(result).toMatchObject({ ok: false, code: 'NotAuthorizedException' });
    expect(simulator.lambda.logText()).toMatch(/"path":"FACESTEP_MODE","reason":"expected \\"shadow\\"/);
  });
});

describe('the decisions of the functions', () => {
  test('in shadow mode are counted, with the users who would have been refused', async () => {
    await deploy({ FACESTEP_MODE: 'shadow' });
    for (const username of ['ada', 'grace'])
      expect(await signIn(at(), { username, password }, async () => toAnswer(null))).toMatchObject({ ok: true });
    const credentials = { kind: 'static', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'canary-aws' };
    const cognito = {
      userPoolId: pool.id,
      clientIds: [clientId, otherClientId],
      endpoint: simulator.url,
      credentials,
      triggers: { requestSecret, functions: triggerFunctions },
    };
    const policy = { mode: 'shadow', liveness: 'off' };
    const connections = [{ id: connectionId, kind: 'cognito', policy, cognito }];
    const env = {
      ...configureService(createFolder('cognito-watching'), { publicUrl: issuer, connections }),
      AWS_ENDPOINT_URL_LAMBDA: simulator.url,
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: simulator.url,
    };
    // The first reading begins with the server.
    const watching = await startService(env);
    try {
      const call = async (path: string, body?: string): Promise<unknown> => {
        const headers = { 'x-admin-key': serviceKey, 'content-type': 'application/json' };
        const method = body === undefined ? 'GET' : 'POST';
        const address = `${watching.url}/connections/${connectionId}/${path}`;
        const answer = await fetch(address, { method, headers, body: body ?? null });
        return answer.json();
      };
      const refused = async () => refusedReply.parse(await call('refused', '{}'));
      await until(async () => (await refused()).total === 2);
      const { atProvider } = connectionModeReply.parse(await call('mode')).mode;
      expect(atProvider).toMatchObject({ mode: 'shadow', decisions: { reason: null } });
      const { subjects } = await refused();
      expect(subjects.map(({ subject }) => subject).toSorted()).toEqual([adaSub, graceSub].toSorted());
    } finally {
      await watching.stop();
    }
  });
});
