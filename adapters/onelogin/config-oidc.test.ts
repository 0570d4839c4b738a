import { expect, test } from '@jest/globals';
import { oneloginFactorGuard } from './config-oidc.js';

const secret = 'a-secret-of-the-client-0123456789abcdef';
const redirectUris = ['https://example.onelogin.com/access/idp'];
const client = { kind: 'onelogin_factor', id: 'o', secret, redirectUris };

test('redirect URIs are those of the console', () => {
  expect(oneloginFactorGuard.parse(client)).toMatchObject({ redirectUris });
});

test.each<[string, object]>([
  ['a redirect URI with a fragment', { redirectUris: ['https://example.onelogin.com/#x'] }],
  ['no redirect URI', { redirectUris: [] }],
])('%s is refused', (_, change) => {
  expect(oneloginFactorGuard.safeParse({ ...client, ...change }).success).toBe(false);
});
