import { ConfidentialClientApplication, type Configuration, ProtocolMode } from '@azure/msal-node';
import { beforeEach, expect, test } from '@jest/globals';
import { OidcClient } from 'oidc-client-ts';
import { clientSecret, loginOf, redirectUri, startIssuer, type TestIssuer } from '../../support/benches/issuer.js';

/* Client libraries that people use, with their own defaults. openid-client is in the other tests. */

let op: TestIssuer;
beforeEach(async () => {
  op = await startIssuer();
  await op.enrol('anna');
});

/** From the request of the client to its redirect URI. */
const signIn = async (url: string): Promise<URL> => (await op.authorize(new URL(url))).answer;

test('MSAL for Node in OIDC mode signs a user in, with unregistered scopes and claims of Entra ID', async () => {
  const send = async (
    url: string,
    method: string,
    options: { headers?: Record<string, string>; body?: string } = {},
  ) => {
    const response = await op.open(url, { method, headers: options.headers ?? {}, body: options.body ?? null });
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.json() };
  };
  const configuration: Configuration = {
    auth: {
      clientId: 'app',
      clientSecret,
      authority: op.issuer,
      knownAuthorities: [new URL(op.issuer).host],
      clientCapabilities: ['CP1'],
    },
    system: {
      protocolMode: ProtocolMode.OIDC,
      networkClient: {
        sendGetRequestAsync: (url, options) => send(url, 'GET', options) as never,
        sendPostRequestAsync: (url, options) => send(url, 'POST', options) as never,
      },
    },
  };
  const msal = new ConfidentialClientApplication(configuration);
  const request = {
    redirectUri,
    scopes: ['openid', 'email'],
    state: 's-1',
    nonce: 'n-1',
    claims: JSON.stringify({ id_token: { given_name: { essential: true }, ctry: null } }),
  };
  const url = await msal.getAuthCodeUrl({ ...request, loginHint: loginOf('anna') });
  const back = await signIn(url);
  const code = back.searchParams.get('code');
  expect(code).not.toBeNull();
  const result = await msal.acquireTokenByCode({ ...request, code: code! });
  expect(result.idTokenClaims).toMatchObject({ sub: 'anna', acr: 'face', preferred_username: loginOf('anna') });
});

test('oidc-client-ts signs a user in as a public client', async () => {
  const own = globalThis.fetch;
  const client = new OidcClient({
    authority: op.issuer,
    client_id: 'spa',
    redirect_uri: redirectUri,
    loadUserInfo: true,
  });
  // The library has no other way in.
  globalThis.fetch = (url, init) => (String(url).startsWith(op.issuer) ? op.open(String(url), init) : own(url, init));
  try {
    const { url } = await client.createSigninRequest({
      scope: 'openid profile email phone',
      login_hint: loginOf('anna'),
      extraQueryParams: { claims: JSON.stringify({ userinfo: { email: { essential: true } } }) },
    });
    const back = await signIn(url);
    const { profile } = await client.processSigninResponse(back.href);
    expect(profile).toMatchObject({ sub: 'anna', preferred_username: loginOf('anna') });
  } finally {
    globalThis.fetch = own;
  }
});
