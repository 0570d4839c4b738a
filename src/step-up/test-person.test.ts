import { describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { createMemoryConnectionGuard } from '../../adapters/memory/config.js';
import { createMemoryAdapter } from '../../adapters/memory/index.js';
import { createReceiptVerifier } from '../../client/index.js';
import { openLink, openPage } from '../../support/benches/capture-page.js';
import { createTestConnection } from '../../support/benches/core.js';
import { drawPicture } from '../../support/fakes/embedded.js';
import { createMemoryProfile } from '../../support/fakes/simulated-profile.js';
import { startApiServer, toForm } from '../../support/servers/api-server.js';
import { testOutcomes } from '../core/test-outcomes.js';
import { connectionAdditions } from '../extensions/index.js';

const settings = createMemoryConnectionGuard(connectionAdditions).parse({
  id: 'trial',
  kind: 'memory',
  policy: { mode: 'enforce' },
});
const audience = 'https://shop.example.com';
const real = testOutcomes.map((outcome) => `${outcome}@`);

const connections = new Map();
const server = await startApiServer({ connections });
const { profile, testOutcomeOf } = createMemoryAdapter({ ...server.deps, settings, fetch, publicUrl: audience });
const policy = { liveness: 'challenge' } as const;
connections.set('trial', createTestConnection({ id: 'trial', policy, profile, testOutcomeOf: testOutcomeOf! }));
connections.set('real', createTestConnection({ id: 'real', kind: 'okta', policy, profile: createMemoryProfile(real) }));
const auth: { 'x-auth-token': string } = { 'x-auth-token': (await server.issue()).token };

async function start(subject: string, fields: object = {}) {
  const { body } = await server.postJson('/step-ups', { connection: 'trial', subject, audience, ...fields }, auth);
  return { id: String(body.id), challenge: String(body.challenge), url: String(body.url) };
}
const read = async (id: string) => (await server.send('GET', `/step-ups/${id}`, { headers: auth })).body;

async function open(url: string) {
  const { body } = await openLink(server, url);
  return { body, page: openPage(server, String(body.session)) };
}
const send = async ({ id, challenge }: { id: string; challenge: string }) =>
  (await server.postForm(`/step-ups/${id}/photos`, toForm({ challenge, photo: Buffer.from('no photo') }), {})).body;
const verifierOf = async (issuer = server.deps.issuer) =>
  createReceiptVerifier({
    issuer,
    audience,
    keys: { keys: await server.deps.signer.publicKeys() },
    clock: server.clock,
  });

describe('on the page, the check of the test person', () => {
  test('pass@ passes without consent and camera, with a receipt that only tests accept', async () => {
    const { id, url } = await start('pass@', { nonce: 'n-1' });
    const { body, page } = await open(url);
    expect(body.view).toMatchObject({ isTest: true, consentNeeded: false });
    const ended = await page.post('/face/test');
    expect(ended.body.view).toMatchObject({ state: 'passed' });
    const receipt = String((await read(id)).receipt);
    expect(decodeJwt(receipt)).toMatchObject({ test: true, iss: `${server.deps.issuer}/test`, presence: null });
    const expected = { connection: 'trial', subject: 'pass@', nonce: 'n-1' };
    const verifier = await verifierOf();
    await expect(verifier.verify(receipt, expected)).rejects.toMatchObject({ code: 'test' });
    expect(await verifier.verify(receipt, { ...expected, acceptTests: true })).toMatchObject({ sub: 'pass@' });
    const other = await verifierOf('https://other.example.com');
    await expect(other.verify(receipt, { ...expected, acceptTests: true })).rejects.toMatchObject({ code: 'issuer' });
  });

  test('refuse@ fails, and expire@ expires, without a receipt', async () => {
    for (const [subject, state] of [
      ['refuse@', 'failed'],
      ['expire@', 'expired'],
    ] as const) {
      const { id, url } = await start(subject);
      const { page } = await open(url);
      expect((await page.post('/face/test')).body.view).toMatchObject({ state });
      expect(await read(id)).toMatchObject({ state, receipt: null });
    }
  });

  test('lockout@ shows a lockout, and unenrolled@ a missing enrolment', async () => {
    expect((await open((await start('lockout@')).url)).body).toMatchObject({ lockedForSec: 900 });
    const { body } = await open((await start('unenrolled@')).url);
    expect(body).toMatchObject({ lockedForSec: null, missingEnrolment: { linkOffered: false } });
  });
});

test('the replies and the audit trail mark the checks of test people, and the trail has no verification of them', async () => {
  const { events } = server.audit;
  const before = events.length;
  const { id } = await start('pass@').then(async (begun) => {
    await send(begun);
    return begun;
  });
  expect(await read(id)).toMatchObject({ state: 'passed', test: true });
  await send(await start('refuse@'));
  await send(await start('expire@'));
  const { page } = await open((await start('pass@')).url);
  await page.post('/face/decline');
  const ends = events.slice(before).filter(({ detail }) => 'test' in detail && detail.test === true);
  expect(ends.map(({ action }) => action)).toEqual([
    'test_passed',
    'step_up_failed',
    'step_up_expired',
    'step_up_abandoned',
  ]);
  const others = events.slice(before).filter((event) => !ends.includes(event));
  expect(new Set(others.map(({ action }) => action))).toEqual(new Set(['step_up_started', 'receipt_issued']));
  const { id: real } = await start('pass@', { connection: 'real' });
  expect(await read(real)).not.toHaveProperty('test');
});

test('by photos, the check of a test person ends in the same way', async () => {
  expect(await send(await start('pass@'))).toMatchObject({ state: 'passed', receipt: expect.any(String) });
  expect(await send(await start('refuse@'))).toMatchObject({ state: 'failed', receipt: null });
  expect(await send(await start('unenrolled@'))).toMatchObject({ state: 'failed', receipt: null });
  expect(await send(await start('expire@'))).toMatchObject({ state: 'expired', receipt: null });
  expect(await send(await start('lockout@'))).toMatchObject({ code: 'locked_out' });
});

test('a connection of test people refuses other names at the start', async () => {
  for (const named of [{ subject: 'unknown@' }, { login: 'unknown@test.invalid' }]) {
    const { body } = await server.postJson('/step-ups', { connection: 'trial', audience, ...named }, auth);
    expect(body.code).toBe('subject_unknown');
  }
});

describe('no one passes as a test person', () => {
  test('at a connection of real people, whatever the name', async () => {
    for (const subject of real) {
      const begun = await start(subject, { connection: 'real' });
      expect(await send(begun)).toMatchObject({ code: 'challenge_needed' });
      const { body, page } = await open(begun.url);
      expect(body.view).toMatchObject({ isTest: false, consentNeeded: true });
      expect((await page.post('/face/test')).body.code).toBe('challenge_needed');
    }
  });

  test('if the connection gets real or test people after the start', async () => {
    const trial = connections.get('trial')!;
    const other = connections.get('real')!;
    const ofReal = await start('pass@', { connection: 'real' });
    const ofTest = await start('pass@');
    connections.set('real', { ...trial, id: 'real' });
    connections.set('trial', { ...other, id: 'trial' });
    try {
      for (const { url } of [ofReal, ofTest])
        expect((await (await open(url)).page.post('/face/test')).body.code).toBe('challenge_needed');
    } finally {
      connections.set('real', other);
      connections.set('trial', trial);
    }
  });

  test('with a token that the caller stores, which only its face opens', async () => {
    const photo = drawPicture('ada', 1);
    const { body } = await server.postForm('/generate', toForm({ photo }), auth);
    const { url } = await start('pass@', { token: String(body.token) });
    expect((await (await open(url)).page.post('/face/test')).body.code).toBe('challenge_needed');
  });

  test('a receipt of a test person is refused by the hooks and signatures of the server', async () => {
    const { id, url } = await start('pass@', { audience: `${server.deps.issuer}/hooks/trial` });
    await (await open(url)).page.post('/face/test');
    const receipt = String((await read(id)).receipt);
    const { redeemReceipt } = await import('../core/receipt.js');
    const expected = { audience: `${server.deps.issuer}/hooks/trial`, subject: 'pass@', connection: 'trial' };
    const redeeming = redeemReceipt(receipt, { ...expected, by: 'x', takesCodes: false }, server.deps);
    await expect(redeeming).rejects.toMatchObject({ code: 'receipt_invalid' });
  });
});

test.each([
  [{ oidc: { clients: [] } }, 'expected null: test people sign in nowhere'],
  [{ me: {} }, 'expected null: test people have no own pages'],
  [{ recovery: { mode: 'on' } }, 'expected "off": test people have no account to recover'],
])('a connection of test people refuses %j and says why', (given, message) => {
  const guard = createMemoryConnectionGuard(connectionAdditions);
  const base = { id: 'trial', kind: 'memory', policy: { mode: 'enforce' } };
  const { error } = guard.safeParse({ ...base, ...given });
  expect(error?.issues.map((each) => each.message)).toEqual([message]);
});
