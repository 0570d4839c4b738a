import { describe, expect, test } from '@jest/globals';
import { oktaConnectionGuard } from './config.js';

const secret = 'a-secret-of-the-client-0123456789abcdef';
const factor = { kind: 'okta_factor', id: 'okta', secret, orgUrls: ['https://example.okta.com'] };
const pages = { termsOfUse: 'https://example.com/terms', privacyPolicy: 'https://example.com/privacy' };
const idv = { ...factor, ...pages, kind: 'okta_idv', id: 'idv' };

const parse = (...clients: object[]) =>
  oktaConnectionGuard.safeParse({
    id: 'acme',
    kind: 'okta',
    policy: { mode: 'shadow' },
    oidc: { clients },
    okta: {
      orgUrl: 'https://example.okta.com',
      auth: { kind: 'api_token', token: 't' },
      hooks: { secret: { value: '0123456789abcdef' } },
    },
  });

describe('redirect URIs', () => {
  test.each([
    [factor, 'https://example.okta.com/oauth2/v1/authorize/callback'],
    [idv, 'https://example.okta.com/idp/identity-verification/callback'],
  ])('of %j', (client, redirectUri) => {
    expect(parse(client).data?.oidc?.clients[0]).toMatchObject({ redirectUris: [redirectUri] });
  });
});

describe('what is refused', () => {
  test.each<[string, object]>([
    ['an org over http', { ...factor, orgUrls: ['http://example.okta.com'] }],
    ['a redirect URI that is derived', { ...factor, redirectUris: ['https://evil.example/'] }],
    ['a secret that can be guessed', { ...factor, secret: 'secret' }],
    ['an identity verification without its pages', { ...idv, termsOfUse: undefined }],
  ])('%s', (_, client) => {
    expect(parse(client).success).toBe(false);
  });

  test('trusted claims without a passkey, of which Okta would count none', () => {
    expect(parse({ ...factor, trustClaims: true }).error?.issues).toMatchObject([
      { path: ['oidc', 'clients'], message: expect.stringContaining('policy.userSecret "passkey"') },
    ]);
  });

  test('two identity verifications: their browsers do not say which they are of', () => {
    expect(parse(factor, idv).success).toBe(true);
    expect(parse(idv, { ...idv, id: 'other' }).error?.issues).toMatchObject([
      { path: ['oidc', 'clients'], message: 'two clients are of the kind okta_idv' },
    ]);
  });
});
