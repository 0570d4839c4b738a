import { beforeEach, describe, expect, test } from '@jest/globals';
import * as client from 'openid-client';
import { cognitoClientGuard } from '../../adapters/cognito/config.js';
import { createCognitoClients } from '../../adapters/cognito/index.js';
import { oktaFactorGuard } from '../../adapters/okta/config.js';
import { createOktaClients } from '../../adapters/okta/oidc.js';
import { oneloginFactorGuard } from '../../adapters/onelogin/config.js';
import { createOneLoginClients } from '../../adapters/onelogin/index.js';
import { createOidcGuard } from '../../src/config/oidc.js';
import { clientSecret, loginOf, oidcConfig, startIssuer, type TestIssuer } from '../../support/benches/issuer.js';

/*
 * A request may demand one subject: by the `sub` of its `claims`, or by an ID token of theirs. No one else is told of then
 * (OpenID Connect Core 1.0, sections 3.1.2.1 and 5.5.1), whatever the kind of the client.
 */

const origin = 'https://app.example.com';
const redirectUris = {
  app: `${origin}/callback`,
  okta: `${origin}/oauth2/v1/authorize/callback`,
  onelogin: `${origin}/access/idp`,
  cognito: `${origin}/oauth2/idpresponse`,
};
const ids = ['app', 'okta', 'onelogin', 'cognito'] as const;
type Id = (typeof ids)[number];
const secret = clientSecret;
const okta = createOidcGuard([], oktaFactorGuard).parse({
  clients: [{ kind: 'okta_factor', id: 'okta', secret, orgUrls: [origin] }],
});
const onelogin = createOidcGuard([], oneloginFactorGuard).parse({
  clients: [{ kind: 'onelogin_factor', id: 'onelogin', secret, redirectUris: [redirectUris.onelogin] }],
});
const cognito = createOidcGuard([], cognitoClientGuard).parse({
  clients: [{ kind: 'cognito', id: 'cognito', secret, domains: [origin] }],
});

let op: TestIssuer;
beforeEach(async () => {
  op = await startIssuer({
    config: oidcConfig,
    createOidcClients: (deps) => [
      ...createOktaClients(okta, deps),
      ...createOneLoginClients(onelogin, deps),
      ...createCognitoClients(cognito, deps),
    ],
  });
  await op.enrol('anna');
  await op.enrol('berta');
});

const demanding = (sub: string) => ({ claims: JSON.stringify({ id_token: { sub: { value: sub } } }) });

/** Where a request leads, for anyone who types that name where they are asked. */
async function visit(id: Id, more: Record<string, string>, typed = '') {
  const config = await op.discover(id);
  const params = { redirect_uri: redirectUris[id], scope: 'openid', state: 's-1', nonce: 'n-1', ...more };
  const browser = op.newBrowser();
  let seen = await browser.follow(client.buildAuthorizationUrl(config, params).href);
  if (seen.text.includes('name="username"')) {
    const body = new URLSearchParams({ username: typed }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    seen = await browser.follow(seen.url, { method: 'POST', body, headers });
  }
  return { browser, config, url: seen.url };
}

const errorOf = ({ url }: { readonly url: string }): string =>
  url.includes('/face#') ? 'none' : (new URL(url).searchParams.get('error') ?? url);

/** An ID token of Anna’s for that client. */
async function obtain(id: Id): Promise<string> {
  const { browser, config, url } = await visit(id, { login_hint: loginOf('anna') });
  const { returnUrl } = await op.show(browser, url, 'anna');
  const back = await browser.follow(returnUrl!);
  const checks = { expectedState: 's-1', expectedNonce: 'n-1' };
  const { id_token: token } = await client.authorizationCodeGrant(config, new URL(back.url), checks);
  return token!;
}

describe.each(ids)('a request of client %s', (id) => {
  test('with a sub value in its claims refuses another user, whether hinted or typed', async () => {
    const demand = demanding('anna');
    expect(errorOf(await visit(id, { ...demand, login_hint: loginOf('anna') }))).toBe('none');
    expect(errorOf(await visit(id, { ...demand, login_hint: loginOf('berta') }))).toBe('login_required');
    expect(errorOf(await visit(id, demand, loginOf('anna')))).toBe('none');
    if (id === 'app') return; // There the demand names the person, and no one is asked.
    expect(errorOf(await visit(id, demand, loginOf('berta')))).toBe('login_required');
  });

  test('with an ID token hint refuses another user, whether hinted or typed', async () => {
    const hint = { id_token_hint: await obtain(id) };
    expect(errorOf(await visit(id, { ...hint, login_hint: loginOf('anna') }))).toBe('none');
    expect(errorOf(await visit(id, { ...hint, login_hint: loginOf('berta') }))).toBe('login_required');
    expect(errorOf(await visit(id, hint, loginOf('anna')))).toBe('none');
    if (id === 'app') return;
    expect(errorOf(await visit(id, hint, loginOf('berta')))).toBe('login_required');
  });
});
