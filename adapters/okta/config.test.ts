import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { Credential } from '../../src/core/secrets.js';
import { createOktaConnectionGuard } from './config.js';

const minimal = {
  id: 'workforce',
  kind: 'okta',
  policy: { mode: 'shadow' },
  okta: {
    orgUrl: 'https://example.okta.com/',
    auth: { kind: 'api_token', token: '00-an-api-token' },
    hooks: { secret: { value: 'a secret of enough length' } },
  },
};
const toPem = (kind: 'rsa' | 'ec'): string => {
  const { privateKey } =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
};
const withKey = (privateKey: string) =>
  withOkta({ auth: { kind: 'private_key', clientId: '0oa1', privateKey, keyId: 'k1' } });
const withOkta = (changes: Record<string, unknown>) => ({ ...minimal, okta: { ...minimal.okta, ...changes } });

describe('the configuration of a connection', () => {
  test('requires only an org, its credentials and a caller', () => {
    const { okta } = createOktaConnectionGuard([]).parse(minimal);
    expect(okta).toMatchObject({ orgUrl: 'https://example.okta.com', attribute: 'facestepToken' });
    expect(okta.hooks.secret?.header).toBe('authorization');
    expect(okta.hooks.secret?.value).toBeInstanceOf(Credential);
    expect(JSON.stringify(okta)).not.toMatch(/an-api-token|enough length/);
  });

  test('accepts a key pair and the OAuth channel', () => {
    const settings = withOkta({
      auth: { kind: 'private_key', clientId: '0oa1', privateKey: toPem('rsa'), keyId: 'k1' },
      hooks: { oauth: { issuer: 'https://example.okta.com/oauth2/hooks', audience: 'a', clientId: '0oa2' } },
    });
    const { okta } = createOktaConnectionGuard([]).parse(settings);
    expect(okta.auth).toMatchObject({ scopes: ['okta.users.read', 'okta.users.manage'] });
    expect(JSON.stringify(okta)).not.toContain('BEGIN');
  });

  test.each([
    ['no caller', withOkta({ hooks: {} })],
    ['a short secret', withOkta({ hooks: { secret: { value: 'short' } } })],
    [
      'a secret that is not a valid header value',
      withOkta({ hooks: { secret: { value: 'a secret of enough\r\nlength' } } }),
    ],
    ['an http org URL', withOkta({ orgUrl: 'http://example.okta.com' })],
    ['an org URL with a user name', withOkta({ orgUrl: 'https://user:pass@example.okta.com' })],
    ['an org URL with a leading space', withOkta({ orgUrl: ' https://example.okta.com' })],
    ['an org URL with a trailing line break', withOkta({ orgUrl: 'https://example.okta.com\n' })],
    ['an attribute named __proto__', withOkta({ attribute: '__proto__' })],
    ['a reset of factors without a temporary password', withOkta({ recovery: { resetFactors: true } })],
    ['an unknown field', withOkta({ timeout: 3 })],
    [
      'an http issuer of hook tokens',
      withOkta({ hooks: { oauth: { issuer: 'http://x.example', audience: 'a', clientId: 'c' } } }),
    ],
    ['a private key of another type', withKey(toPem('ec'))],
  ])('is refused with %s', (_, settings) => {
    expect(createOktaConnectionGuard([]).safeParse(settings).success).toBe(false);
  });
});

describe('the OpenID clients of a connection', () => {
  const secret = 'a-secret-of-the-client-0123456789abcdef';
  const factor = { kind: 'okta_factor', id: 'okta', secret, orgUrls: ['https://example.okta.com'] };
  const pages = { termsOfUse: 'https://example.com/terms', privacyPolicy: 'https://example.com/privacy' };
  const idv = { ...factor, ...pages, kind: 'okta_idv', id: 'idv' };
  const parse = (...clients: object[]) => createOktaConnectionGuard([]).safeParse({ ...minimal, oidc: { clients } });

  test('have the redirect URIs of the org', () => {
    expect(parse(factor, idv).data?.oidc?.clients).toMatchObject([
      { redirectUris: ['https://example.okta.com/oauth2/v1/authorize/callback'] },
      { redirectUris: ['https://example.okta.com/idp/identity-verification/callback'] },
    ]);
  });

  test.each<[string, object[], string]>([
    ['an http org URL', [{ ...factor, orgUrls: ['http://example.okta.com'] }], ''],
    ['a configured redirect URI', [{ ...factor, redirectUris: ['https://evil.example/'] }], ''],
    ['a weak secret', [{ ...factor, secret: 'secret' }], ''],
    ['trusted claims without a passkey', [{ ...factor, trustClaims: true }], 'policy.userSecret "passkey"'],
    ['two identity verification clients', [idv, { ...idv, id: 'other' }], 'two clients are of the kind okta_idv'],
  ])('are refused with %s', (_, clients, message) => {
    expect(parse(...clients).error?.issues[0]?.message).toContain(message);
  });
});
