import { generateKeyPairSync, sign } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { exportJWK, type GenerateKeyPairResult, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose';
import { type OktaSimulator, startOktaSimulator } from './index.js';

const issuer = 'https://face.example.com';
const sessionRevoked = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked';
const userRiskChange = 'https://schemas.okta.com/secevent/okta/event-type/user-risk-change';

let okta: OktaSimulator;
let ada: string;
let keys: GenerateKeyPairResult;
let published: object;
let count = 0;
beforeEach(async () => {
  keys = await generateKeyPair('RS256', { extractable: true });
  published = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  okta = await startOktaSimulator({
    reach: async (url) =>
      Response.json(url.endsWith('/jwks') ? { keys: [published] } : { issuer, jwks_uri: `${issuer}/jwks` }),
  });
  ada = await okta.createUser({ login: 'ada@example.com', password: 'correct horse' });
  await create({ well_known_url: `${issuer}/.well-known/ssf-configuration` });
});
afterEach(() => okta.close());

const create = (settings: object) =>
  fetch(`${okta.url}/api/v1/security-events-providers`, {
    method: 'POST',
    headers: { Authorization: `SSWS ${okta.apiToken}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'Face', type: 'facestep', settings }),
  });
const toEvent = (more: object = {}) => ({
  event_timestamp: 1_763_000_000,
  reason_admin: { en: 'The enrolment was revoked.' },
  subject: { user: { format: 'email', email: 'ada@example.com' } },
  ...more,
});
const toClaims = (events: object, more: object = {}) => ({
  ...{ iss: issuer, aud: okta.url, iat: 1_763_000_000, jti: `jti-${count++}`, events },
  ...more,
});
const push = async (claims: object, { header = {}, key = keys.privateKey, type = 'application/secevent+jwt' } = {}) => {
  const fields: JWTHeaderParameters = { alg: 'RS256', typ: 'secevent+jwt', kid: 'k1', ...header };
  return send(await new SignJWT({ ...claims }).setProtectedHeader(fields).sign(key), type);
};
const send = async (body: string, type = 'application/secevent+jwt') => {
  const answer = await fetch(`${okta.url}/security/api/v1/security-events`, {
    method: 'POST',
    headers: { 'Content-Type': type },
    body,
  });
  const text = await answer.text();
  return { status: answer.status, err: text === '' ? null : JSON.parse(text).err };
};
const taken = { status: 202, err: null };
const user = () => okta.org.users.get(ada);

test('a revoked session ends the sessions of the user, and a risk is noted', async () => {
  expect(await push(toClaims({ [sessionRevoked]: toEvent() }))).toEqual(taken);
  expect(user()?.sessionsEndedAt).toBeDefined();
  const levels = { previous_level: 'low', current_level: 'high' };
  expect(await push(toClaims({ [userRiskChange]: toEvent(levels) }))).toEqual(taken);
  expect(user()?.riskLevel).toBe('high');
});

test('an event about no e-mail address of a user, or told before, is taken and ignored', async () => {
  const subject = { user: { format: 'email', email: 'nobody@example.com' } };
  expect(await push(toClaims({ [sessionRevoked]: toEvent({ subject }) }))).toEqual(taken);
  expect(user()?.sessionsEndedAt).toBeUndefined();
  const again = { jti: 'the same' };
  const levels = { previous_level: 'low', current_level: 'high' };
  await push(toClaims({ [sessionRevoked]: toEvent() }, again));
  expect(await push(toClaims({ [userRiskChange]: toEvent(levels) }, again))).toEqual(taken);
  expect(user()?.riskLevel).toBeUndefined();
});

test.each<[string, string, () => Promise<unknown>]>([
  ['another media type', 'invalid_request', () => push(toClaims({}), { type: 'application/jwt' })],
  ['no reason', 'invalid_request', () => push(toClaims({ [sessionRevoked]: toEvent({ reason_admin: undefined }) }))],
  [
    'another issuer',
    'invalid_issuer',
    () => push(toClaims({ [sessionRevoked]: toEvent() }, { iss: `${issuer}/oidc/a` })),
  ],
  ['another audience', 'invalid_audience', () => push(toClaims({ [sessionRevoked]: toEvent() }, { aud: issuer }))],
  ['an unknown key', 'invalid_key', () => push(toClaims({ [sessionRevoked]: toEvent() }), { header: { kid: 'k2' } })],
  [
    'another signature',
    'authentication_failed',
    async () => {
      const { privateKey } = await generateKeyPair('RS256');
      return push(toClaims({ [sessionRevoked]: toEvent() }), { key: privateKey });
    },
  ],
])('%s is refused: %s', async (_, err, send) => {
  expect(await send()).toEqual({ status: 400, err });
  expect(user()).not.toHaveProperty('sessionsEndedAt');
});

test('a key of less than 2048 bits is refused', async () => {
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
  published = { ...short.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' };
  const [header, claims] = [
    { alg: 'RS256', typ: 'secevent+jwt', kid: 'k1' },
    toClaims({ [sessionRevoked]: toEvent() }),
  ];
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const signature = sign('sha256', Buffer.from(signed), short.privateKey).toString('base64url');
  expect(await send(`${signed}.${signature}`)).toEqual({ status: 400, err: 'invalid_key' });
});
