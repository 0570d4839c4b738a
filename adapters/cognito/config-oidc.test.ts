import { expect, test } from '@jest/globals';
import { cognitoClientGuard } from './config-oidc.js';

const secret = 'a-secret-of-the-client-0123456789abcdef';
const client = { kind: 'cognito', id: 'c', secret, domains: ['https://auth.example.com/'] };

test('the redirect URI is the one of the domain', () => {
  const redirectUris = ['https://auth.example.com/oauth2/idpresponse'];
  expect(cognitoClientGuard.parse(client)).toMatchObject({ redirectUris });
});

test.each<[string, object]>([
  ['a domain without a scheme', { domains: ['auth.example.com'] }],
  ['a field nobody knows', { mayEnrol: true }],
])('%s is refused', (_, change) => {
  expect(cognitoClientGuard.safeParse({ ...client, ...change }).success).toBe(false);
});
