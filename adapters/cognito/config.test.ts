import { describe, expect, test } from '@jest/globals';
import { Credential } from '../../src/core/secrets.js';
import { createCognitoConnectionGuard } from './config.js';
import { triggerSettingsGuard } from './trigger-settings.js';

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
  defineAuthChallenge: arn,
  createAuthChallenge: arn,
  preTokenGeneration: `${arn}:live`,
  verifyAuthChallengeResponse: 'arn:aws-cn:lambda:cn-north-1:123456789012:function:verify',
};

describe('the configuration of a connection', () => {
  test('requires only a pool, its app clients and the secret of the triggers', () => {
    const { cognito } = createCognitoConnectionGuard([]).parse(minimal);
    expect(cognito).toMatchObject({ attribute: 'custom:face_token', credentials: { kind: 'default' } });
    expect(cognito.triggers.requestSecret).toBeInstanceOf(Credential);
    expect(JSON.stringify(cognito)).not.toContain('thirty-two');
  });

  test.each([
    ['no app client', withCognito({ clientIds: [] })],
    ['a short secret', withCognito({ triggers: { requestSecret: 'x'.repeat(31) } })],
    ['a pool id that contains a host name', withCognito({ userPoolId: 'evil.example.com/_AbC' })],
    ['a standard attribute', withCognito({ attribute: 'email' })],
    ['an http endpoint', withCognito({ endpoint: 'http://cognito.example.com' })],
    [
      'only some of the functions',
      withCognito({ triggers: { requestSecret: secret, functions: { defineAuthChallenge: arn } } }),
    ],
    [
      'a function ARN of another service',
      withCognito({
        triggers: { requestSecret: secret, functions: { ...functions, defineAuthChallenge: 'arn:aws:s3:::bucket' } },
      }),
    ],
    ['an unknown field', withCognito({ region: 'eu-central-1' })],
  ])('is refused with %s', (_, settings) => {
    expect(createCognitoConnectionGuard([]).safeParse(settings).success).toBe(false);
  });
});

describe('sign-ins without a password', () => {
  const vendor = (fallback: string) => ({ vendor: 'aws', confidence: 90, fallback });
  const parse = (policy: object, passwordless = true) =>
    createCognitoConnectionGuard([]).safeParse({
      ...withCognito({ passwordless }),
      policy: { mode: 'enforce', ...policy },
    });

  test.each<[string, object]>([
    ['screen light', { liveness: 'light' }],
    ['the check of a vendor', { liveness: vendor('none') }],
    ['movements and a passkey', { liveness: 'movement', userSecret: 'passkey' }],
    ['a vendor with a fallback, and a passkey', { liveness: vendor('movement'), userSecret: 'passkey' }],
  ])('are accepted with %s', (_, policy) => {
    expect(parse(policy).success).toBe(true);
  });

  test.each<[string, object]>([
    ['no liveness', { liveness: 'off' }],
    ['passive liveness', { liveness: 'passive' }],
    ['movements', { liveness: 'movement' }],
    ['light that a browser may skip', { liveness: 'challenge' }],
    ['a vendor whose check movements replace', { liveness: vendor('movement') }],
    ['a tolerant accuracy', { liveness: 'light', accuracy: 3 }],
    ['movements and a PIN', { liveness: 'movement', userSecret: 'pin' }],
    ['photos and a passkey', { liveness: 'passive', userSecret: 'passkey' }],
    ['a passkey alone', { liveness: 'off', userSecret: 'passkey' }],
  ])('are refused with %s; with a password, that is accepted', (_, policy) => {
    const { success, error } = parse(policy);
    expect(success).toBe(false);
    expect(error?.issues[0]?.path).toEqual(['cognito', 'passwordless']);
    expect(parse(policy, false).success).toBe(true);
  });
});

describe('the settings of the triggers', () => {
  const settings = {
    connection: 'customers',
    issuer: 'https://face.example.com/',
    userPoolId: 'eu-central-1_AbCdEfGhI',
    clientIds: ['1example23456789'],
    requestSecret: secret,
    receiptKeys: { keys: [{ kty: 'EC' }] },
    mode: 'enforce',
  };

  test.each<[string, object]>([
    ['an empty list of receipt keys', { receiptKeys: { keys: [] } }],
    ['no mode', { mode: undefined }],
    ['an http issuer', { issuer: 'http://face.example.com' }],
    ['another word for sign-ins without a password', { passwordless: 'TRUE' }],
  ])('are refused with %s', (_, change) => {
    expect(triggerSettingsGuard.safeParse({ ...settings, ...change }).success).toBe(false);
  });

  test('require a password unless they say otherwise', () => {
    expect(triggerSettingsGuard.parse(settings).passwordless).toBe(false);
    expect(triggerSettingsGuard.parse({ ...settings, passwordless: 'true' }).passwordless).toBe(true);
  });
});
