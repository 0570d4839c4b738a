import { describe, expect, test } from '@jest/globals';
import { Credential } from '../../src/core/concealed.js';
import { cognitoConnectionGuard, triggerSettingsGuard } from './config.js';

const secret = 'a secret of at least thirty-two characters';
const minimal = {
  id: 'customers',
  kind: 'cognito',
  policy: { mode: 'shadow' },
  cognito: {
    userPoolId: 'eu-central-1_AbCdEfGhI',
    clientIds: ['1example23456789'],
    triggers: { requestSecret: secret },
  },
};
const withCognito = (changes: Record<string, unknown>) => ({ ...minimal, cognito: { ...minimal.cognito, ...changes } });
const arn = 'arn:aws:lambda:eu-central-1:123456789012:function:define';
const functions = {
  ...{ defineAuthChallenge: arn, createAuthChallenge: arn, preTokenGeneration: `${arn}:live` },
  verifyAuthChallengeResponse: 'arn:aws-cn:lambda:cn-north-1:123456789012:function:verify',
};

describe('the configuration of a connection', () => {
  test('needs no more than a pool, its app clients and the secret of the triggers', () => {
    const { cognito } = cognitoConnectionGuard.parse(minimal);
    expect(cognito).toMatchObject({ attribute: 'custom:face_token', credentials: { kind: 'default' } });
    expect(cognito.triggers.requestSecret).toBeInstanceOf(Credential);
    expect(JSON.stringify(cognito)).not.toContain('thirty-two');
  });

  test.each([
    ['another region', { userPoolId: 'us-gov-west-1_AbC123' }],
    ['a pool of an emulator', { userPoolId: 'local_3k2j' }],
    ['keys of its own', { credentials: { kind: 'static', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 's' } }],
    ['functions', { triggers: { requestSecret: secret, functions } }],
    ['another attribute', { attribute: 'custom:face' }],
    ['an endpoint', { endpoint: 'https://vpce-1.cognito-idp.eu-central-1.vpce.amazonaws.com' }],
  ])('takes %s', (_, changes) => {
    expect(cognitoConnectionGuard.safeParse(withCognito(changes)).error).toBeUndefined();
  });

  test.each([
    ['no app client', withCognito({ clientIds: [] })],
    ['an app client twice', withCognito({ clientIds: ['a', 'a'] })],
    ['an app client that is none', withCognito({ clientIds: ['a,b'] })],
    ['a short secret', withCognito({ triggers: { requestSecret: 'x'.repeat(31) } })],
    ['no secret', withCognito({ triggers: {} })],
    ['a pool without its region', withCognito({ userPoolId: 'AbCdEfGhI' })],
    ['a pool that names a host', withCognito({ userPoolId: 'evil.example.com/_AbC' })],
    ['a pool with more behind it', withCognito({ userPoolId: 'eu-central-1_AbC"' })],
    ['a standard attribute', withCognito({ attribute: 'email' })],
    ['a long attribute', withCognito({ attribute: `custom:${'a'.repeat(21)}` })],
    ['an endpoint in the clear', withCognito({ endpoint: 'http://cognito.example.com' })],
    [
      'half of the functions',
      withCognito({ triggers: { requestSecret: secret, functions: { defineAuthChallenge: arn } } }),
    ],
    [
      'a function that is a bucket',
      withCognito({
        triggers: { requestSecret: secret, functions: { ...functions, defineAuthChallenge: 'arn:aws:s3:::bucket' } },
      }),
    ],
    ['an unknown field', withCognito({ region: 'eu-central-1' })],
    ['another provider', { ...minimal, kind: 'okta' }],
  ])('is refused with %s', (_, settings) => {
    expect(cognitoConnectionGuard.safeParse(settings).success).toBe(false);
  });
});

describe('the settings of the triggers', () => {
  const settings = {
    ...{ connection: 'customers', issuer: 'https://face.example.com/', userPoolId: 'eu-central-1_AbCdEfGhI' },
    ...{ clientIds: ['1example23456789'], requestSecret: secret, receiptKeys: { keys: [{ kty: 'EC' }] } },
    mode: 'enforce',
  };

  test.each(['enforce', 'shadow'])('say the mode %s', (mode) => {
    const parsed = triggerSettingsGuard.parse({ ...settings, mode });
    expect(parsed).toMatchObject({ mode, issuer: 'https://face.example.com' });
  });

  test.each([
    { receiptKeys: { keys: [] } },
    { receiptKeys: undefined },
    { requestSecret: 'short' },
    { mode: 'off' },
    { mode: undefined },
    { issuer: 'http://face.example.com' },
    { clientIds: [''] },
  ])('are refused with %j', (change) => {
    expect(triggerSettingsGuard.safeParse({ ...settings, ...change }).success).toBe(false);
  });
});
