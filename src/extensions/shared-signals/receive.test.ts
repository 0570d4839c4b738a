import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { serve } from '../../../simulators/serve.js';
import { beginAgreed, draw, enrolByApi, startCapture, who } from '../../../support/benches/capture-bench.js';
import { createTestBrowser, type TestBrowser } from '../../../support/benches/capture-page.js';
import { type CountedState, countState, noteLookUps } from '../../../support/fakes/counted.js';
import { loginOf } from '../../../support/fakes/simulated-profile.js';
import { until } from '../../../support/run/eventually.js';
import type { ApiServer } from '../../../support/servers/api-server.js';
import { startTestTransmitter } from '../../../support/servers/transmitter.js';
import type { Connection } from '../../core/connection.js';
import { Credential } from '../../core/secrets.js';
import { secondsPerDay, toEpochSec } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { passedKey } from '../../step-up/passed-step-up.js';
import type { TransmitterConfig } from './config.js';

/* Security Event Tokens of other systems over HTTP, with real signatures: what is refused, and what they end. */

const audience = 'https://face.example.com/acme';
const token = new Credential('a secret of both');
const types = 'https://schemas.openid.net/secevent';
const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
const stranger = await generateKeyPair('RS256');

/** The keys that the transmitter publishes. */
let published: readonly object[];
let keyReads = 0;
let issuer: string;
let closeKeys: () => Promise<unknown>;
beforeAll(async () => {
  const server = createServer(({ url }, response) => {
    if (url === '/keys') keyReads += 1;
    const metadata = url === '/.well-known/ssf-configuration' ? { issuer, jwks_uri: `${issuer}/keys` } : null;
    response.end(JSON.stringify(url === '/keys' ? { keys: published } : metadata));
  });
  const { host, close } = await serve(server);
  [issuer, closeKeys] = [`http://${host}`, close];
});
afterAll(() => closeKeys());

let server: ApiServer;
let acme: Connection;
let counted: CountedState;
let lookUps: string[];
let serial = 0;

/** Starts a server whose connection `acme` names the transmitter. */
async function start(more: Partial<TransmitterConfig> = {}): Promise<void> {
  const transmitter = { issuer, audience, jwksUri: null, token: null, ...more };
  ({ server, acme } = await startCapture(
    { liveness: 'glance', glance: { days: 14, proof: 'browser' }, replaceFace: 'link' },
    {
      sectionsOf: new Map([['acme', { signals: [transmitter] }]]),
      fetch: (url, init) => fetch(url, init),
      toState: (state) => {
        counted = countState(state);
        return counted.state;
      },
    },
  ));
  lookUps = noteLookUps(acme.profile);
  Object.assign(counted.counts, { writes: 0, counters: 0, waits: 0 });
}
beforeEach(async () => {
  published = [{ ...(await exportJWK(publicKey)), kid: 'one' }];
  keyReads = 0;
  await start();
});
afterEach(() => server.stop());

const byId = { format: 'iss_sub', iss: '', sub: who.subject };
const event = (name: string, more: object = {}): JWTPayload => ({
  jti: `set-${++serial}`,
  sub_id: { ...byId, iss: issuer },
  events: { [`${types}/${name}`]: { event_timestamp: 1615304991643, ...more } },
});
const credentialChange = () => event('caep/event-type/credential-change', { change_type: 'update' });
const sessionRevoked = (more: object = {}) => event('caep/event-type/session-revoked', more);

type SigningKey = Parameters<SignJWT['sign']>[0];
const sign = (claims: JWTPayload, header: object = {}, key: SigningKey = privateKey): Promise<string> =>
  new SignJWT({ iss: issuer, aud: audience, iat: toEpochSec(server.clock.now()), ...claims })
    .setProtectedHeader({ alg: 'RS256', typ: 'secevent+jwt', kid: 'one', ...header })
    .sign(key);
/** Pushes a SET. @returns the status and the error code */
async function push(body: string, headers: Record<string, string> = {}): Promise<readonly [number, string | null]> {
  const response = await fetch(`${server.origin}/signals/acme`, {
    method: 'POST',
    headers: { 'content-type': 'application/secevent+jwt', ...headers },
    body,
  });
  return [response.status, JSON.parse((await response.text()) || '{}').err ?? null];
}
const accepted = [202, null];
const send = async (claims: JWTPayload, ...signed: [header?: object, key?: SigningKey]) =>
  push(await sign(claims, ...signed));
const received = () => server.audit.events.filter(({ action }) => action === 'signal_received');

test('an event that this product sends is received, with the transmitter, its id and the token', async () => {
  await server.stop();
  await start({ token });
  const receiver = { id: 'acme', audience, subject: 'complex', connections: null, token } as const;
  const events = ['session-revoked', 'credential-change'] as const;
  const receivers = [{ ...receiver, url: `${server.origin}/signals/acme`, events: [...events] }];
  const transmitter = await startTestTransmitter({ ...server.deps, issuer }, { receivers });
  published = await transmitter.securityEvents.signer.publicKeys();
  await transmitter.trail.append({ action: 'revoked', ...who, detail: { tokenId: 'a'.repeat(22) } });
  await until(() => received().length === 2);
  await transmitter.close();
  const detail = { transmitter: issuer, jti: expect.any(String) };
  for (const name of events)
    expect(received()).toContainEqual(expect.objectContaining({ ...who, detail: { event: name, ...detail } }));
});

describe('nothing is looked up or stored for', () => {
  afterEach(() => {
    expect({ ...counted.counts, lookUps, received: received() }).toEqual({ ...none, lookUps: [], received: [] });
  });
  const none = { writes: 0, counters: 0, waits: 0 };
  const ago = (sec: number) => ({ iat: toEpochSec(server.clock.now()) - sec });

  test.each([
    ['another audience', 'invalid_audience', () => send({ ...sessionRevoked(), aud: 'another' })],
    ['another issuer', 'invalid_issuer', () => send({ ...sessionRevoked(), iss: 'https://other.example' })],
    ['an unknown key', 'invalid_key', () => send(sessionRevoked(), { kid: 'two' })],
    ['the signature of another', 'invalid_key', () => send(sessionRevoked(), {}, stranger.privateKey)],
    ['another type', 'invalid_request', () => send(sessionRevoked(), { typ: 'JWT' })],
    ['an old event', 'invalid_request', () => send({ ...sessionRevoked(), ...ago(3 * secondsPerDay) })],
    ['an event without an id', 'invalid_request', () => send({ ...sessionRevoked(), jti: '' })],
    ['a body that is no token', 'invalid_request', () => push('{}')],
    ['an HMAC', 'invalid_key', () => send(sessionRevoked(), { alg: 'HS256' }, new Uint8Array(32))],
  ])('%s', async (_what, err, sent) => {
    expect(await sent()).toEqual([400, err]);
  });

  test('an event without the token, or with another one', async () => {
    await server.stop();
    await start({ token });
    const set = await sign(sessionRevoked());
    expect(await push(set)).toEqual([400, 'authentication_failed']);
    expect(await push(set, { authorization: 'Bearer another' })).toEqual([400, 'authentication_failed']);
  });

  test('an event without an effect here', async () => {
    expect(await send(event('ssf/event-type/verification', { state: 'x' }))).toEqual(accepted);
    expect(await send(event('caep/event-type/device-compliance-change'))).toEqual(accepted);
  });
});

test('keys are read again for an unknown key, but not for each one', async () => {
  for (const kid of ['two', 'three']) await send(sessionRevoked(), { kid });
  expect(keyReads).toBe(1);
  published = [{ ...(await exportJWK(publicKey)), kid: 'two' }];
  server.clock.advanceSec(31);
  expect(await send(sessionRevoked(), { kid: 'two' })).toEqual(accepted);
  expect(keyReads).toBe(2);
  // A reply that is too large does not displace the keys that are known.
  published = [...published, { kty: 'oct', k: 'x'.repeat(2 ** 20) }];
  server.clock.advanceSec(31);
  expect((await send(sessionRevoked(), { kid: 'four' }))[1]).toBe('invalid_key');
  expect(await send(sessionRevoked(), { kid: 'two' })).toEqual(accepted);
  expect(keyReads).toBe(3);
});

test.each([
  ['opaque', () => ({ sub_id: { format: 'opaque', id: who.subject } })],
  ['email', () => ({ sub_id: { format: 'email', email: loginOf(who.subject) } })],
  ['complex', () => ({ sub_id: { format: 'complex', user: { ...byId, iss: issuer } } })],
  [
    'email that changed',
    () => ({
      ...event('risc/event-type/identifier-changed', { 'new-value': loginOf(who.subject) }),
      sub_id: { format: 'email', email: 'former@example.com' },
    }),
  ],
  ['Okta', () => ({ ...sessionRevoked({ subject: { user: { ...byId, iss: issuer } } }), sub_id: undefined })],
])('a subject of the format %s is found', async (_format, named) => {
  expect(await send({ ...credentialChange(), ...named() })).toEqual(accepted);
  expect(received()).toMatchObject([who]);
});

test.each([{ sub: 'nobody' }, { iss: 'https://other.example' }])('a subject with %p has no effect', async (other) => {
  expect(await send({ ...credentialChange(), sub_id: { ...byId, iss: issuer, ...other } })).toEqual(accepted);
  expect(received()).toEqual([]);
});

test('an event costs one look-up and few writes, and its repetition none', async () => {
  const set = await sign(credentialChange());
  expect(await push(set)).toEqual(accepted);
  const spent = { ...counted.counts };
  expect(spent.writes).toBeLessThanOrEqual(3);
  expect(spent.counters).toBe(1);
  server.clock.advanceSec(secondsPerDay);
  expect(await push(set)).toEqual(accepted);
  expect([counted.counts, lookUps, received().length]).toEqual([spent, [who.subject], 1]);
});

test('if applying an event fails, the same event is applied when the transmitter sends it again', async () => {
  const { readAccount } = acme.profile;
  Object.assign(acme.profile, { readAccount: () => Promise.reject(new FaceError('profile_unavailable')) });
  const set = await sign(credentialChange());
  expect((await push(set))[0]).toBe(502);
  Object.assign(acme.profile, { readAccount });
  expect(await push(set)).toEqual(accepted);
  expect(received()).toHaveLength(1);
});

describe('what an event ends', () => {
  let own: TestBrowser;
  beforeEach(async () => {
    await enrolByApi(server);
    own = createTestBrowser(server);
    expect(await check()).toMatchObject({ turns: 2, outcome: 'passed' });
    server.clock.advanceSec(1.01 * secondsPerDay);
  });
  const begin = async () => (await beginAgreed(server, { audience: 'app' }, '/step-ups', own)).page;
  async function check(begun = begin()) {
    const page = await begun;
    const { nonce, photos, movements } = await page.takeFrames(draw('ada'));
    const { body } = await page.send({ nonce, photo: photos, ...own.prove(nonce, photos) });
    return { turns: movements.length - 1, outcome: body.outcome, code: body.code };
  }
  const pass = () => server.deps.state.write(passedKey(who), true, { when: 'any', expiresAt: null });
  const stored = (key: string) => server.deps.state.read(key);

  test('a changed credential ends glances and known devices, and recoveries wait', async () => {
    expect((await check()).turns).toBe(1);
    await pass();
    expect(await send(credentialChange())).toEqual(accepted);
    expect(await check()).toMatchObject({ turns: 2, outcome: 'passed' });
    expect((await stored('contacts-noted:acme:00u1'))?.value).toMatchObject({ contacts: [{ kind: 'account' }] });
    expect(await stored(passedKey(who))).not.toBeNull();
  });

  test('a check under way does not pass, and a later one does', async () => {
    const begun = await begin();
    server.clock.advanceSec(1);
    expect(await send(sessionRevoked())).toEqual(accepted);
    expect((await check(Promise.resolve(begun))).code).toBe('step_up_finished');
    expect((await check()).outcome).toBe('passed');
  });

  test('a sign-out ends passes for hooks, and no more', async () => {
    await pass();
    await send(sessionRevoked());
    expect(await stored(passedKey(who))).toBeNull();
    expect((await check()).turns).toBe(1);
  });

  test.each([
    ['risc/event-type/account-disabled', {}],
    ['risc/event-type/account-purged', {}],
    ['caep/event-type/session-revoked', { initiating_entity: 'admin' }],
  ])('%s by an administrator ends passes and glances', async (name, more) => {
    await pass();
    await send(event(name, more));
    expect(await stored(passedKey(who))).toBeNull();
    expect((await check()).turns).toBe(2);
  });
});
