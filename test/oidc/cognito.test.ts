import { AdminLinkProviderForUserCommand } from '@aws-sdk/client-cognito-identity-provider';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { cognitoConnectionGuard } from '../../adapters/cognito/config.js';
import { createCognitoAdapter } from '../../adapters/cognito/index.js';
import { createCognitoProvisioning } from '../../adapters/cognito/provision.js';
import { type CognitoSimulator, startCognitoSimulator } from '../../simulators/cognito/index.js';
import type { UserPool } from '../../simulators/cognito/pool.js';
import type { Fetch } from '../../src/core/ports.js';
import { addFaceAttribute, administer } from '../contract/cognito.js';
import { testIssuer } from '../keys.js';
import { systemRandom } from '../sinks.js';
import { type ProviderBench, readResult, startProviderBench } from './provider-bench.js';

const secret = 'a-secret-of-the-client-0123456789abcdef';

let cognito: CognitoSimulator;
let pool: UserPool;
let administrator: ReturnType<typeof administer>;
let bench: ProviderBench;
let ada: string;
beforeEach(async () => {
  const reach: { send: Fetch; now: () => number } = { send: (url, init) => fetch(url, init), now: () => Date.now() };
  cognito = await startCognitoSimulator({ reach: (url, init) => reach.send(url, init) });
  pool = await cognito.createPool();
  administrator = administer(cognito, pool);
  await addFaceAttribute(pool, administrator);
  ada = await administrator.createUser('ada', 'correct horse', 'ada@example.com');
  const settings = cognitoConnectionGuard.parse({
    ...{ id: 'customers', kind: 'cognito', policy: { mode: 'shadow' } },
    oidc: { clients: [{ kind: 'cognito', id: 'cognito', secret, domains: [cognito.url] }] },
    cognito: {
      ...{ userPoolId: pool.id, clientIds: ['none'], endpoint: cognito.url },
      credentials: { kind: 'static', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
      triggers: { requestSecret: 'a-secret-of-the-triggers-0123456789' },
    },
  });
  bench = await startProviderBench({
    ...{ settings, reach },
    createAdapter: createCognitoAdapter,
  });
  const { steps } = createCognitoProvisioning({
    ...{ settings, publicUrl: testIssuer, random: systemRandom, log: bench.server.log, clock: bench.server.clock },
    fetch: (url, init) => fetch(url, init),
  });
  const step = steps.find(({ title }) => title.startsWith('The OpenID provider'))!;
  expect(await step.inspect()).toMatchObject({ state: 'missing' });
  await step.apply();
  expect(await step.inspect()).toEqual({ state: 'ready' });
  await bench.enrol(ada, 'ada');
});
afterEach(async () => {
  await bench.stop();
  await cognito.close();
});

const startOf = (hint = '') =>
  `${cognito.url}/oauth2/start?${new URLSearchParams({ pool: pool.id, idp: 'facestep', ...(hint === '' ? {} : { hint }) })}`;
const refused = (reason: string, said: unknown = expect.anything()) => ({ reason, details: { said } });
const signIn = async (name: string, face: string) => {
  const browser = bench.openBrowser();
  const camera = await browser.say(await browser.walk(startOf()), name);
  return readResult(await browser.show(camera.url, face));
};

describe('Cognito: a federated sign-in', () => {
  test('is of the user who was enrolled, once the two are linked', async () => {
    await administrator.client.send(
      new AdminLinkProviderForUserCommand({
        UserPoolId: pool.id,
        DestinationUser: { ProviderName: 'Cognito', ProviderAttributeValue: 'ada' },
        SourceUser: {
          ...{ ProviderName: 'facestep', ProviderAttributeName: 'Cognito_Subject', ProviderAttributeValue: ada },
        },
      }),
    );
    expect((await signIn('ada', 'ada')).details).toMatchObject({ username: 'ada', attributes: { sub: ada } });
  });

  test('takes the name the application gave', async () => {
    const browser = bench.openBrowser();
    const camera = await browser.walk(startOf('ada'));
    expect(camera.url).toMatch(/\/face#/);
    expect(readResult(await browser.show(camera.url, 'ada')).result).toBe('signed-in');
  });

  test('of another face, or of nobody, is refused alike', async () => {
    for (const [name, face] of [
      ['ada', 'eve'],
      ['nobody', 'ada'],
      [ada, 'ada'],
    ] as const) {
      expect(await signIn(name, face)).toMatchObject(refused('error', 'access_denied'));
    }
  });
});
