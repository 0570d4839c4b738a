import { describe, expect, test } from '@jest/globals';
import { Credential } from '../../src/core/secrets.js';
import { createOneloginConnectionGuard } from './config.js';

const secret = 'a secret of at least thirty-two characters';
const minimal = {
  id: 'workforce',
  kind: 'onelogin',
  policy: { mode: 'shadow' },
  onelogin: {
    accountUrl: 'https://example.onelogin.com/',
    clientId: 'abc123',
    clientSecret: 'def456',
    hooks: { secret },
    facePolicyId: 187_346,
  },
};
const withOneLogin = (changes: Record<string, unknown>) => ({
  ...minimal,
  onelogin: { ...minimal.onelogin, ...changes },
});

describe('the configuration of a connection', () => {
  test('requires only an account, its credentials, a secret and the face policy', () => {
    const { onelogin } = createOneloginConnectionGuard([]).parse(minimal);
    expect(onelogin).toMatchObject({
      accountUrl: 'https://example.onelogin.com',
      attribute: 'facestep_token',
      normalPolicyId: null,
      unverified: 'face_policy',
      whenDown: 'face_policy',
      timeoutSec: 2,
      runtime: 'nodejs24.x',
    });
    expect(onelogin.clientSecret).toBeInstanceOf(Credential);
    expect(JSON.stringify(onelogin)).not.toMatch(/def456|thirty-two/);
  });

  test.each([
    ['a short secret', withOneLogin({ hooks: { secret: 'x'.repeat(31) } })],
    ['a secret with a line break', withOneLogin({ hooks: { secret: `${secret}\n${secret}` } })],
    ['a face policy that equals the normal policy', withOneLogin({ normalPolicyId: 187_346 })],
    ['an http account URL', withOneLogin({ accountUrl: 'http://example.onelogin.com' })],
    ['an attribute named __proto__', withOneLogin({ attribute: '__proto__' })],
    ['a timeout in milliseconds', withOneLogin({ timeoutSec: 2000 })],
    ['a client id that would add a header field', withOneLogin({ clientId: 'a, client_secret:b' })],
    ['an unknown field', withOneLogin({ retries: 0 })],
  ])('is refused with %s', (_, settings) => {
    expect(createOneloginConnectionGuard([]).safeParse(settings).success).toBe(false);
  });
});
