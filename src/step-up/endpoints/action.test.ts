import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { createReceiptVerifier } from '../../../client/receipt-verifier.js';
import { beginAgreed, draw, enrolByApi, startCapture } from '../../../support/benches/capture-bench.js';
import { lendCamera, openLink, openOnPhone, openPage } from '../../../support/benches/capture-page.js';
import { testEvent } from '../../../support/benches/core.js';
import { drawPicture } from '../../../support/fakes/embedded.js';
import { type ApiServer, toForm } from '../../../support/servers/api-server.js';
import type { JsonObject } from '../../core/base/json.js';
import type { Connection, Policy } from '../../core/connection.js';
import { audienceOf, redeemReceipt } from '../../core/receipt.js';
import { decideHook } from '../decide.js';

/* A step-up that approves a named action, from the call that asks for it to what is signed about it. */

let server: ApiServer;
let acme: Connection;
let auth: { 'x-auth-token': string };
const audience = 'https://bank.example.com/payments';
const action = {
  type: 'facestep_action',
  title: 'Pay <b>the</b> invoice',
  lines: ['From: Household account'],
  amount: { value: '1249.50', currency: 'EUR' },
  payee: 'Harbour Clinic GmbH',
} as const;
const digest = createHash('sha256')
  .update(
    '{"amount":{"currency":"EUR","value":"1249.50"},"lines":["From: Household account"],' +
      '"payee":"Harbour Clinic GmbH","title":"Pay <b>the</b> invoice","type":"facestep_action"}',
  )
  .digest('hex');

async function startWith(policy: Partial<Policy> = {}): Promise<void> {
  ({ server, acme, auth } = await startCapture(policy));
  await enrolByApi(server);
}
beforeEach(() => startWith());

const ask = (more: JsonObject = {}) =>
  server.postJson('/step-ups', { connection: 'acme', subject: '00u1', audience, action, ...more }, auth);

const begin = (more: JsonObject = {}) => beginAgreed(server, { audience, action, ...more });

async function show(page: ReturnType<typeof openPage>, shown: string = digest, person = 'ada') {
  const { nonce, photos } = await page.takeFrames(draw(person), { action: shown });
  return page.send({ nonce, photo: photos });
}
const verifierOf = async () =>
  createReceiptVerifier({
    issuer: server.deps.issuer,
    audience,
    keys: { keys: await server.deps.signer.publicKeys() },
    clock: server.clock,
  });

test('the page view reports a word that mixes scripts', async () => {
  const mixed = { ...action, payee: 'Hаrbour Clinic GmbH' };
  const { view } = await begin({ action: mixed });
  expect(view).toMatchObject({ action: { words: mixed, mixedScripts: true } });
});

test('the page shows the requested action, and the receipt contains it', async () => {
  const { body: started } = await ask({ nonce: 'n-1' });
  expect(started.actionDigest).toBe(digest);
  const opened = await openLink(server, String(started.url));
  expect(opened.body.view).toMatchObject({ action: { words: action, digest, mixedScripts: false } });
  const page = openPage(server, String(opened.body.session));
  await page.consent();
  const { body } = await show(page);
  expect(body.outcome).toBe('passed');
  const claims = decodeJwt(String(body.receipt));
  expect(claims).toMatchObject({ sub: '00u1', nonce: 'n-1', acr: 'face', action, action_digest: digest });
  const verifier = await verifierOf();
  const expected = { connection: 'acme', subject: '00u1', nonce: 'n-1' };
  expect(await verifier.verify(String(body.receipt), { ...expected, action })).toMatchObject({ action });
  const changed = { ...action, amount: { value: '9249.50', currency: 'EUR' } };
  await expect(verifier.verify(String(body.receipt), { ...expected, action: changed })).rejects.toMatchObject({
    code: 'action',
  });
});

test('the audit trail has the action’s digest and title, and none of its other words', async () => {
  const { id, page } = await begin();
  await show(page);
  const { events } = server.audit;
  expect(events).toContainEqual(
    expect.objectContaining({
      action: 'action_approved',
      connection: 'acme',
      subject: '00u1',
      detail: { stepUpId: id, actionDigest: digest, title: action.title, application: 'bank.example.com' },
    }),
  );
  const started = events.find((event) => event.action === 'step_up_started');
  expect(started?.detail).toMatchObject({ actionDigest: digest });
  expect(JSON.stringify(events) + server.log.text()).not.toMatch(/Harbour Clinic|Household|\b1249\b/);
});

describe('before the action was shown', () => {
  test('the page cannot start a challenge', async () => {
    const { page } = await begin();
    expect((await page.post('/face/challenge')).body.code).toBe('action_unseen');
    expect((await page.post('/face/challenge', { action: 'ab'.repeat(32) })).body.code).toBe('action_unseen');
    expect((await page.post('/face/challenge', { action: digest })).status).toBe(201);
  });

  test('a paired phone cannot start a challenge, and shows the action only after pairing', async () => {
    const { page } = await begin();
    expect((await openOnPhone(server, page)).view.action).toBeNull();
    const phone = await lendCamera(server, page);
    expect((await phone.post('/face/challenge')).body.code).toBe('action_unseen');
    expect((await phone.get('/face/session')).body).toMatchObject({ view: { action: { words: action } } });
    expect((await show(phone)).body.outcome).toBe('passed');
  });
});

describe('an action can be approved only with a new face check on the page', () => {
  test('photos sent without the page are refused', async () => {
    await startWith({ liveness: 'off' });
    const { body } = await ask();
    const form = toForm({ challenge: String(body.challenge), photo: [drawPicture('ada', 9)] });
    const sent = await server.postForm(`/step-ups/${String(body.id)}/photos`, form);
    expect(sent.body.code).toBe('challenge_needed');
  });

  test('a one-time code is not offered and not accepted', async () => {
    await startWith({ anotherWay: { email: true, sms: true, recoveryCodes: true, counts: true } });
    const { page, view } = await begin();
    expect(view.anotherWays).toEqual([]);
    const sent = await page.post('/face/another-way/send', { channel: 'email', language: 'en' });
    expect(sent.body.code).toBe('not_found');
  });
});

test('an approval is not a sign-in: hooks do not find it and do not accept its receipt', async () => {
  const { page } = await begin({ audience: audienceOf(server.deps.issuer, acme) });
  const { body } = await show(page);
  const event = { ...testEvent, eventId: 'e', eventTime: null };
  expect(await decideHook({ connection: acme, subject: '00u1', hook: 'token', ...event }, server.deps)).toMatchObject({
    outcome: 'unverified',
  });
  const expected = { audience: audienceOf(server.deps.issuer, acme), subject: '00u1', connection: 'acme' };
  await expect(
    redeemReceipt(String(body.receipt), { ...expected, by: 'e', takesCodes: false }, server.deps),
  ).rejects.toMatchObject({ code: 'receipt_invalid' });
});

describe('an action is refused before the step-up starts', () => {
  test.each<[string, JsonObject, string]>([
    ['of a type that is not registered', { type: 'payment' }, 'action_malformed'],
    ['with a direction override', { title: 'Pay \u202eRUE' }, 'action_malformed'],
    ['with 10,000 lines', { lines: Array.from({ length: 10_000 }, () => 'x') }, 'action_malformed'],
    [
      'with decimals that its currency does not have',
      { amount: { value: '1249.50', currency: 'JPY' } },
      'action_malformed',
    ],
    ['with a field that the page does not show', { small: 'print' }, 'field_unknown'],
  ])('%s', async (_, changed, code) => {
    const { status, body } = await ask({ action: { ...action, ...changed } });
    expect([status, body.code]).toEqual([400, code]);
  });

  test('without an audience', async () => {
    const { audience: _, ...rest } = { connection: 'acme', subject: '00u1', audience, action };
    expect((await server.postJson('/step-ups', rest, auth)).body.code).toBe('request_malformed');
  });
});
