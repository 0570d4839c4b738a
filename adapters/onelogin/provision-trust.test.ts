import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type OneLoginBench, openOneLoginBench } from '../../test/contract/onelogin.js';
import { testIssuer } from '../../test/keys.js';
import { systemRandom } from '../../test/sinks.js';
import { oneloginConnectionGuard } from './config.js';
import { createOneLoginProvisioning } from './provision.js';

const secret = 'a-secret-of-the-client-0123456789abcdef';

let bench: OneLoginBench;
beforeEach(async () => {
  bench = await openOneLoginBench();
});
afterEach(() => bench.close());

function provision(redirectUri: string) {
  const client = { kind: 'onelogin_factor', id: 'onelogin', secret, redirectUris: [redirectUri] };
  const { oidc } = oneloginConnectionGuard.shape;
  const settings = { ...bench.configure(), oidc: oidc.parse({ clients: [client] }) };
  const { clock, core } = bench;
  return createOneLoginProvisioning({
    ...{ settings, publicUrl: testIssuer, clock, random: systemRandom, log: core.log },
    fetch: (url, init) => fetch(url, init),
  });
}

test('what is filled in by hand is told value for value, without the secret', async () => {
  const step = provision(`${bench.onelogin.url}/access/idp`).steps.find(({ title }) =>
    title.startsWith('Face policy'),
  )!;
  const status = await step.inspect();
  const text = JSON.stringify(status);
  for (const path of ['', '/authorize', '/token', '/userinfo'])
    expect(text).toContain(`${testIssuer}/oidc/workforce${path}`);
  expect(text).toContain(`${bench.onelogin.url}/access/idp`);
  expect(text).not.toContain(secret);
});

test('a redirect URI elsewhere is told', async () => {
  const runCheck = (redirectUri: string) =>
    provision(redirectUri)
      .checks.find(({ title }) => title.startsWith('Redirect URIs'))!
      .run();
  expect(await runCheck(`${bench.onelogin.url}/access/idp`)).toMatchObject({ verdict: 'manual' });
  expect(await runCheck('https://elsewhere.example/access/idp')).toMatchObject({ verdict: 'warn' });
});
