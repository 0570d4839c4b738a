import { describe, expect, test } from '@jest/globals';
import { oidcGuard } from './oidc.js';

const secret = 'a-secret-of-the-client-0123456789abcdef';
const okta = { kind: 'okta_factor', id: 'okta', secret, orgUrls: ['https://example.okta.com'] };
const pages = { termsOfUse: 'https://example.com/terms', privacyPolicy: 'https://example.com/privacy' };
const idv = { ...okta, ...pages, kind: 'okta_idv', id: 'idv' };
const onelogin = {
  kind: 'onelogin_factor',
  id: 'o',
  secret,
  redirectUris: ['https://example.onelogin.com/access/idp'],
};
const cognito = { kind: 'cognito', id: 'c', secret, domains: ['https://auth.example.com/'] };

const parse = (...clients: object[]) => oidcGuard.safeParse({ clients });

describe('redirect URIs', () => {
  test.each([
    [okta, 'https://example.okta.com/oauth2/v1/authorize/callback'],
    [idv, 'https://example.okta.com/idp/identity-verification/callback'],
    [onelogin, 'https://example.onelogin.com/access/idp'],
    [cognito, 'https://auth.example.com/oauth2/idpresponse'],
  ])('of %j', (client, redirectUri) => {
    expect(parse(client).data?.clients[0]).toMatchObject({ redirectUris: [redirectUri] });
  });

  test('there is one for each domain', () => {
    const orgUrls = ['https://example.okta.com', 'https://login.example.com/'];
    const redirectUris = ['example.okta.com', 'login.example.com'].map(
      (host) => `https://${host}/oauth2/v1/authorize/callback`,
    );
    expect(parse({ ...okta, orgUrls }).data?.clients[0]).toMatchObject({ redirectUris });
  });
});

describe('what is refused', () => {
  test.each<[string, object]>([
    ['an org over http', { ...okta, orgUrls: ['http://example.okta.com'] }],
    ['an org with a path', { ...okta, orgUrls: ['https://example.okta.com/oauth2'] }],
    ['an org with a query', { ...okta, orgUrls: ['https://example.okta.com?x=1'] }],
    ['no org', { ...okta, orgUrls: [] }],
    ['a redirect URI that is derived', { ...okta, redirectUris: ['https://evil.example/'] }],
    ['no secret', { ...okta, secret: null }],
    ['a secret that can be guessed', { ...okta, secret: 'secret' }],
    ['an identity verification without its pages', { ...idv, termsOfUse: undefined }],
    ['a redirect URI with a fragment', { ...onelogin, redirectUris: ['https://example.onelogin.com/#x'] }],
    ['no redirect URI', { ...onelogin, redirectUris: [] }],
    ['a domain without a scheme', { ...cognito, domains: ['auth.example.com'] }],
    ['a field nobody knows', { ...cognito, mayEnrol: true }],
  ])('%s', (_, client) => {
    expect(parse(client).success).toBe(false);
  });

  test('two identity verifications: their browsers do not say which they are of', () => {
    expect(parse(okta, idv).success).toBe(true);
    expect(parse(idv, { ...idv, id: 'other' }).success).toBe(false);
  });
});
