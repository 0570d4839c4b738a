import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { cognitoConnectionGuard } from '../../adapters/cognito/config.js';
import { createCognitoAdapter } from '../../adapters/cognito/index.js';
import { type CognitoSimulator, startCognitoSimulator } from '../../simulators/cognito/index.js';
import type { UserPool } from '../../simulators/cognito/pool.js';
import type { Fetch } from '../../src/core/ports.js';
import { addFaceAttribute, administer } from '../contract/cognito.js';
import { testIssuer } from '../keys.js';
import { type ProviderBench, readResult, startProviderBench } from './provider-bench.js';

/*
 * Cognito's custom challenge on the capture page: the triggers run in processes of their own, and the application by AWS's
 * own client.
 */

const password = 'correct horse';
const requestSecret = 'a-secret-of-the-triggers-0123456789';
const handlers = {
  DefineAuthChallenge: 'defineAuthChallenge',
  CreateAuthChallenge: 'createAuthChallenge',
  VerifyAuthChallengeResponse: 'verifyAuthChallengeResponse',
  PreTokenGeneration: 'preTokenGeneration',
};

let cognito: CognitoSimulator;
let pool: UserPool;
let bench: ProviderBench;
let ada: string;
beforeEach(async () => {
  const reach: { send: Fetch; now: () => number } = { send: (url, init) => fetch(url, init), now: () => Date.now() };
  cognito = await startCognitoSimulator({ triggerTimeoutMs: 30_000 });
  const arnOf = (handler: string) => `arn:aws:lambda:eu-central-1:123456789012:function:facestep-${handler}`;
  const LambdaConfig = Object.fromEntries(Object.entries(handlers).map(([trigger, name]) => [trigger, arnOf(name)]));
  pool = await cognito.createPool({ LambdaConfig });
  const administrator = administer(cognito, pool);
  await addFaceAttribute(pool, administrator);
  const clientId = await administrator.createAppClient();
  ada = await administrator.createUser('ada', password);
  await administrator.createUser('grace', password);
  cognito.serveApp({ userPoolId: pool.id, clientId, password });
  const settings = cognitoConnectionGuard.parse({
    ...{ id: 'customers', kind: 'cognito', policy: { mode: 'enforce', returnUrls: [`${cognito.url}/app/return`] } },
    cognito: {
      ...{ userPoolId: pool.id, clientIds: [clientId], endpoint: cognito.url, triggers: { requestSecret } },
      credentials: { kind: 'static', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
    },
  });
  bench = await startProviderBench({
    ...{ settings, reach },
    createAdapter: createCognitoAdapter,
  });
  const receiptKeys = await (await bench.send(`${testIssuer}/.well-known/jwks.json`, {})).text();
  for (const handler of Object.values(handlers)) {
    cognito.lambda.functions.set(arnOf(handler), {
      ...{ file: fileURLToPath(new URL('../../triggers/index.js', import.meta.url)), handler, sourceArns: [pool.arn] },
      environment: {
        ...{
          FACESTEP_CONNECTION: 'customers',
          FACESTEP_MODE: 'enforce',
          FACESTEP_PUBLIC_URL: testIssuer,
          FACESTEP_USER_POOL_ID: pool.id,
        },
        ...{
          FACESTEP_CLIENT_IDS: clientId,
          FACESTEP_REQUEST_SECRET: requestSecret,
          FACESTEP_RECEIPT_KEYS: receiptKeys,
        },
      },
    });
  }
  await bench.enrol(ada, 'ada');
});
afterEach(async () => {
  await bench.stop();
  await cognito.close();
});

/** The application's page at the end: its script posts the receipt of the fragment. */
async function signIn(user: string, face: string) {
  const browser = bench.openBrowser();
  const camera = await browser.walk(`${cognito.url}/app/start?user=${user}`);
  const { url, text, receipt } = await browser.show(camera.url, face);
  const body = new URLSearchParams({ receipt: receipt ?? '' });
  const end = await browser.walk(`${cognito.url}/app/answer`, { method: 'POST', body });
  return { camera, back: url, script: text, receipt, browser, ...readResult(end) };
}

describe('Cognito: the custom challenge on the capture page', () => {
  test('leads the application to the page and back, with a receipt that answers it', async () => {
    const { camera, back, script, result, details } = await signIn('ada', 'ada');
    const start = `${testIssuer}/face#requested.customers.`;
    expect(camera.url.startsWith(start)).toBe(true);
    expect(camera.url).toContain(`&return=${encodeURIComponent(`${cognito.url}/app/return`)}`);
    expect(back).toBe(`${cognito.url}/app/return`);
    expect(script).toContain('face_receipt');
    expect(result).toBe('signed-in');
    expect(details.idToken).toMatchObject({ sub: ada, face_verified: 'true' });
  });

  test('opens each request once, and leads nowhere but back to the application', async () => {
    const browser = bench.openBrowser();
    const { url } = await browser.walk(`${cognito.url}/app/start?user=ada`);
    const ticket = new URL(url).hash.slice(1).split('&return=')[0]!;
    const open = (body: object) => bench.server.postJson('/face/open', body);
    expect((await open({ ticket, returnUrl: 'https://evil.example/' })).status).toBe(400);
    expect((await open({ ticket: `${ticket}x` })).status).toBe(401);
    const returnUrl = `${cognito.url}/app/return`;
    expect((await open({ ticket, returnUrl })).status).toBe(201);
    expect((await open({ ticket, returnUrl })).status).toBe(409);
  });
});
