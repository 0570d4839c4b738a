import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createOneloginConnectionGuard } from '../../adapters/onelogin/config.js';
import { createOneLoginAdapter } from '../../adapters/onelogin/index.js';
import { type OneLoginSimulator, startOneLoginSimulator } from '../../simulators/onelogin/index.js';
import { discover } from '../../simulators/relying-party.js';
import { createTrustedIdp } from '../../support/servers/onelogin-trusted-idp.js';
import { createReach, type ProviderBench, readResult, startProviderBench } from './provider-bench.js';

const secret = 'a-secret-of-the-client-0123456789abcdef';
const client = { clientId: 'onelogin', clientSecret: secret, scopes: ['openid', 'profile', 'email'] };

let onelogin: OneLoginSimulator;
let bench: ProviderBench;
let ada: string;
beforeEach(async () => {
  const reach = createReach();
  onelogin = await startOneLoginSimulator({
    now: () => reach.now(),
    reach: (url, init) => reach.send(url, init),
    pages: [createTrustedIdp],
  });
  const facePolicyId = onelogin.addPolicy({ name: 'Face', factors: ['trusted_idp'] });
  const settings = createOneloginConnectionGuard([]).parse({
    id: 'people',
    kind: 'onelogin',
    policy: { mode: 'shadow' },
    oidc: {
      clients: [{ kind: 'onelogin_factor', id: 'onelogin', secret, redirectUris: [`${onelogin.url}/access/idp`] }],
    },
    onelogin: onelogin.toSettings('a-secret-of-the-smart-hooks-0123456789', facePolicyId),
  });
  await onelogin.callApi('POST', '/api/2/users/custom_attributes', {
    user_field: { name: 'Face', shortname: 'facestep_token' },
  });
  bench = await startProviderBench({
    settings,
    reach,
    createAdapter: createOneLoginAdapter,
  });
  // What only the console does.
  onelogin.account.trustedIdp = await discover(bench.issuer, client, bench.send);
  ada = String(onelogin.addUser({ username: 'ada', password: 'correct horse' }));
  onelogin.account.users.get(Number(ada))!.email = 'ada@example.com';
  await bench.enrol(ada, 'ada');
  await bench.enrol(String(onelogin.addUser({ username: 'grace', password: 'correct horse' })), 'grace');
});
afterEach(() => onelogin.close());

/** A sign-in at OneLogin from after the password, as far as our own page, and then with that name and face. */
async function signIn(user: string, { name = user, face }: { name?: string; face: string }) {
  const browser = bench.openBrowser();
  const camera = await browser.say(await browser.walk(`${onelogin.url}/trusted-idp/start?user=${user}`), name);
  return readResult(await browser.show(camera.url, face));
}
const refused = (reason: string, said: unknown = expect.anything()) => ({ reason, details: { said } });

describe('OneLogin: face as a factor by a trusted IdP', () => {
  test.each(['ada', 'ada@example.com'])(
    'passes a user who enters %s and shows the enrolled face, by the userinfo endpoint',
    async (name) => {
      const { result, details } = await signIn('ada', { name, face: 'ada' });
      expect(result).toBe('signed-in');
      const names = { preferred_username: 'ada', username: 'ada', email: 'ada@example.com' };
      expect(details).toEqual({ userId: Number(ada), userinfo: expect.objectContaining({ sub: ada, ...names }) });
    },
  );

  test('leaves no pass for the hook that OneLogin calls before the password', async () => {
    await signIn('ada', { face: 'ada' });
    expect(await bench.server.deps.state.read(`passed:people:${ada}`)).toBeNull();
  });

  test('refuses another user, another face, an unknown name and an id in place of a name', async () => {
    expect(await signIn('ada', { name: 'grace', face: 'grace' })).toMatchObject(refused('user'));
    expect(await signIn('ada', { face: 'eve' })).toMatchObject(refused('error', 'access_denied'));
    expect(await signIn('ada', { name: 'nobody', face: 'ada' })).toMatchObject(refused('error', 'access_denied'));
    expect(await signIn('ada', { name: ada, face: 'ada' })).toMatchObject(refused('error', 'access_denied'));
  });
});
