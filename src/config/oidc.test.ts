import { expect, test } from '@jest/globals';
import { createOidcGuard } from './oidc.js';

const secret = 'x'.repeat(32);
const app = { kind: 'relying_party', id: 'app', secret, redirectUris: ['https://app.example.com/callback'] };
const publicKeys = [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', kid: 'k1' }];
const oidcGuard = createOidcGuard([]);
const isTaken = (...clients: unknown[]): boolean => oidcGuard.safeParse({ clients }).success;

test('an OIDC client is accepted and its secret is not printed', () => {
  expect(isTaken(app)).toBe(true);
  expect(isTaken({ ...app, secret: undefined })).toBe(true);
  expect(isTaken({ ...app, secret: undefined, publicKeys })).toBe(true);
  const onThisMachine = ['http://localhost:3000/', 'http://127.0.0.1/', 'http://[::1]/', 'http://app.localhost:3000/'];
  expect(isTaken({ ...app, redirectUris: onThisMachine })).toBe(true);
  expect(JSON.stringify(oidcGuard.parse({ clients: [app] }))).not.toContain(secret);
});

test.each<[string, object]>([
  ['a short secret', { secret: 'short' }],
  ['no redirect URI', { redirectUris: [] }],
  ['an http redirect URI on another machine', { redirectUris: ['http://app.example.com/'] }],
  ['an http redirect URI with a name similar to localhost', { redirectUris: ['http://applocalhost/'] }],
  ['a redirect URI with a fragment', { redirectUris: ['https://app.example.com/#x'] }],
  ['a redirect URI with a user name', { redirectUris: ['https://a@app.example.com/'] }],
  ['a redirect URI that is a script', { redirectUris: ['javascript:alert(1)'] }],
  ['both a secret and keys', { publicKeys }],
  ['a private key', { secret: undefined, publicKeys: [{ ...publicKeys[0], d: 'd' }] }],
  ['the right to enrol but no credentials', { secret: undefined, mayEnrol: true }],
])('an OIDC client with %s is refused', (_name, change) => {
  expect(isTaken({ ...app, ...change })).toBe(false);
});

test('two clients with the same id, and an empty list of clients, are refused', () => {
  expect(isTaken(app, app)).toBe(false);
  expect(isTaken()).toBe(false);
});
