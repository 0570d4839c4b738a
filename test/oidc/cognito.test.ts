import { AdminLinkProviderForUserCommand } from '@aws-sdk/client-cognito-identity-provider';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { createCognitoAdapter } from '../../adapters/cognito/index.js';
import { createCognitoProvisioning } from '../../adapters/cognito/provision.js';
import { deployTriggers, lambdaConfig } from '../../simulators/cognito/deploy.js';
import type { CognitoSimulator } from '../../simulators/cognito/index.js';
import type { UserPool } from '../../simulators/cognito/pool.js';
import type { Fetch } from '../../src/core/ports.js';
import { testIssuer } from '../../support/fakes/keys.js';
import { startCognitoApp } from '../../support/servers/cognito-app.js';
import { createFederation } from '../../support/servers/cognito-federation.js';
import { type administer, openCognitoBench, requestSecret, toSettings } from '../contract/cognito.js';
import { createReach, type ProviderBench, readResult, startProviderBench } from './provider-bench.js';

const secret = 'a-secret-of-the-client-0123456789abcdef';
const password = 'Correct-Horse-9';

let cognito: CognitoSimulator;
let app: Awaited<ReturnType<typeof startCognitoApp>>;
let pool: UserPool;
let administrator: ReturnType<typeof administer>;
let clientId: string;
let bench: ProviderBench;
let ada: string;

async function start(mode: 'enforce' | 'shadow', poolSettings: Parameters<CognitoSimulator['createPool']>[0] = {}) {
  const reach = createReach();
  const send: Fetch = (url, init) => reach.send(url, init);
  const opened = await openCognitoBench({ triggerTimeoutMs: 30_000, reach: send, createFederation }, poolSettings);
  ({ simulator: cognito, pool, administrator } = opened);
  app = await startCognitoApp(cognito.url);
  clientId = await administrator.createAppClient();
  ada = await administrator.createUser('ada', password, 'ada@example.com');
  const settings = toSettings(cognito, pool, [clientId], {
    policy: { mode, liveness: 'challenge', returnUrls: [`${app.url}/app/return`] },
    oidc: { clients: [{ kind: 'cognito', id: 'cognito', secret, domains: [cognito.url] }] },
  });
  bench = await startProviderBench({ settings, reach, createAdapter: createCognitoAdapter });
  await bench.enrol(ada, 'ada');
  return settings;
}

/* The triggers run in processes of their own, and the application by AWS's own client. */
test('the custom challenge redirects to the capture page and back; its ticket and receipt are accepted once', async () => {
  await start('enforce', { LambdaConfig: lambdaConfig });
  app.open({ userPoolId: pool.id, clientId, password });
  deployTriggers(cognito.lambda, pool, {
    connection: 'customers',
    publicUrl: testIssuer,
    clientIds: [clientId],
    requestSecret,
    receiptKeys: await (await bench.send(`${testIssuer}/.well-known/jwks.json`, {})).text(),
  });
  const browser = bench.openBrowser();
  const camera = await browser.walk(`${app.url}/app/start?user=ada`);
  const returnUrl = `${app.url}/app/return`;
  expect(camera.url.startsWith(`${testIssuer}/face#requested.customers.`)).toBe(true);
  const [ticket, back] = new URL(camera.url).hash.slice(1).split('&return=');
  expect(decodeURIComponent(back ?? '')).toBe(returnUrl);
  const open = async (body: object) => (await bench.server.postJson('/face/open', body)).status;
  expect(await open({ ticket, returnUrl: 'https://evil.example/' })).toBe(400);
  expect(await open({ ticket: `${ticket}x` })).toBe(401);
  const { url, text, receipt } = await browser.show(camera.url, 'ada');
  expect(await open({ ticket, returnUrl })).toBe(409);
  // The application's page at the end: its script posts the receipt of the fragment.
  expect([url, text]).toEqual([returnUrl, expect.stringContaining('face_receipt')]);
  const body = new URLSearchParams({ receipt: receipt ?? '' });
  const end = readResult(await browser.walk(`${app.url}/app/answer`, { method: 'POST', body }));
  expect(end.result).toBe('signed-in');
  expect(end.details.idToken).toMatchObject({ sub: ada, face_verified: 'true' });
});

const startOf = (hint = '') =>
  `${cognito.url}/oauth2/start?${new URLSearchParams({ pool: pool.id, idp: 'facestep', ...(hint === '' ? {} : { hint }) })}`;
const refused = (reason: string, said: unknown = expect.anything()) => ({ reason, details: { said } });
const signIn = async (name: string, face: string) => {
  const browser = bench.openBrowser();
  const camera = await browser.say(await browser.walk(startOf()), name);
  return readResult(await browser.show(camera.url, face));
};

describe('a federated sign-in', () => {
  beforeEach(async () => {
    const settings = await start('shadow');
    const { steps } = createCognitoProvisioning({
      ...bench.server.deps,
      settings,
      publicUrl: testIssuer,
      fetch: (url, init) => fetch(url, init),
    });
    const step = steps.find(({ title }) => title.startsWith('The OpenID provider'))!;
    expect(await step.inspect()).toMatchObject({ state: 'missing' });
    await step.apply();
    expect(await step.inspect()).toEqual({ state: 'ready' });
  });

  test('signs in the existing Cognito user if an administrator linked the two', async () => {
    await administrator.client.send(
      new AdminLinkProviderForUserCommand({
        UserPoolId: pool.id,
        DestinationUser: { ProviderName: 'Cognito', ProviderAttributeValue: 'ada' },
        SourceUser: {
          ProviderName: 'facestep',
          ProviderAttributeName: 'Cognito_Subject',
          ProviderAttributeValue: ada,
        },
      }),
    );
    expect((await signIn('ada', 'ada')).details).toMatchObject({ username: 'ada', attributes: { sub: ada } });
  });

  test('uses the login hint of the application', async () => {
    const browser = bench.openBrowser();
    const camera = await browser.walk(startOf('ada'));
    expect(camera.url).toMatch(/\/face#/);
    expect(readResult(await browser.show(camera.url, 'ada')).result).toBe('signed-in');
  });

  test('is refused in the same way for another face, an unknown user and an id in place of a name', async () => {
    for (const [name, face] of [
      ['ada', 'eve'],
      ['nobody', 'ada'],
      [ada, 'ada'],
    ] as const) {
      expect(await signIn(name, face)).toMatchObject(refused('error', 'access_denied'));
    }
  });
});
