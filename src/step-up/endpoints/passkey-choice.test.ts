import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { beginPage, draw, startCapture, who } from '../../../support/benches/capture-bench.js';
import { lendCamera, type openPage, openStarted } from '../../../support/benches/capture-page.js';
import { plainRequest, testEvent } from '../../../support/benches/core.js';
import { createAuthenticator } from '../../../support/fakes/authenticator.js';
import type { ApiServer } from '../../../support/servers/api-server.js';
import type { JsonObject } from '../../core/base/json.js';
import type { Connection } from '../../core/connection.js';
import type { RuleOutcome } from '../../core/rules/rule.js';
import { decideHook } from '../decide.js';
import { createSignInRules } from '../evaluate-sign-in.js';

/* Rules that take the person's own passkey in place of the face, or with it. */

let server: ApiServer;
let connections: Map<string, Connection>;
let authenticator: ReturnType<typeof createAuthenticator>;
let acme: Connection;
let profile: Awaited<ReturnType<typeof startCapture>>['profile'];

/** Changes the outcome of the one rule, for all sign-ins. */
function changeRule(outcome: RuleOutcome): void {
  const rules = [{ name: 'everyone', when: {}, outcome, mode: 'enforce' as const }];
  const own = { ...acme, policy: { ...acme.policy, rules }, findGroupIds: async () => [] };
  connections.set('acme', { ...own, signInRules: createSignInRules(own, server.deps) });
}

beforeEach(async () => {
  ({ server, connections, acme, profile } = await startCapture({ replaceFace: 'link', handOff: true }));
  authenticator = createAuthenticator({ origin: new URL(server.deps.issuer).origin });
  changeRule('passkey_or_face');
});

type Page = ReturnType<typeof openPage>;

const optionsOf = async (page: Page) => (await page.post('/face/passkey')).body.options as JsonObject;
const newPasskey = async (page: Page) => JSON.stringify(authenticator.create(await optionsOf(page)));
const usePasskey = async (page: Page, by = authenticator) => JSON.stringify(by.get(await optionsOf(page)));
const withReceipt = { audience: 'https://app.example.com' };
const forHook = { application: testEvent.application, address: testEvent.address };
const begin = (more: object = withReceipt) => beginPage(server, more);
const pass = async (page: Page, by = authenticator) =>
  page.post('/face/another-way/passkey', { passkey: await usePasskey(page, by) });

async function openOwn(faceShownAt: number | null): Promise<Page> {
  const flow = { kind: 'own_page', faceShownAt, proof: 'sign_in', mayRenew: true } as const;
  return (await openStarted(server, { purpose: 'manage' }, flow)).page;
}

async function enrol(withPasskey = true): Promise<void> {
  const { page, view } = await beginPage(server, {}, '/invitations');
  expect(view).toMatchObject({ userSecret: 'none', signInPasskey: 'offered' });
  await page.consent();
  const fields = withPasskey ? { passkey: await newPasskey(page) } : {};
  expect((await page.check(draw('ada'), fields)).body.outcome).toBe('passed');
}

/** Creates an authenticator with a passkey of another person. */
async function createForeign() {
  const other = createAuthenticator({ origin: new URL(server.deps.issuer).origin });
  const { page } = await beginPage(server, { subject: '00u2' }, '/invitations');
  await page.consent();
  other.create(await optionsOf(page));
  return other;
}

async function checkWith(fields: (page: Page) => Promise<Record<string, string>>, more?: object) {
  const { page, view } = await begin(more);
  await page.consent();
  return { view, body: (await page.check(draw('ada'), await fields(page))).body };
}

const hook = async () => {
  const connection = connections.get('acme')!;
  const event = { connection, subject: '00u1', hook: 'token', eventId: randomUUID(), eventTime: null, ...testEvent };
  const decision = await decideHook(event, server.deps);
  return { decision, detail: server.audit.events.findLast(({ action }) => action === 'hook_decided')?.detail };
};

describe('under a rule for a passkey or a face', () => {
  test('the passkey of the enrolment passes without consent or picture, and all results say that no face was checked', async () => {
    await enrol();
    const { page, view } = await begin();
    expect(view).toMatchObject({ anotherWays: ['passkey'], signInPasskey: 'none' });
    const { body } = await pass(page);
    expect(body.view).toMatchObject({ state: 'passed_another_way' });
    const claims = { acr: 'another_way', amr: ['hwk'], accuracy: null, liveness: null, presence: null };
    expect(decodeJwt(String(body.receipt))).toMatchObject(claims);
    const passed = server.audit.events.findLast(({ action }) => action === 'another_way_passed');
    expect(passed?.detail).toMatchObject({ way: 'passkey' });
  });

  test('a hook accepts the passkey and the face, and names the factor', async () => {
    await enrol();
    await pass((await begin(forHook)).page);
    expect(await hook()).toMatchObject({ decision: { outcome: 'another_way', methods: ['hwk'], rule: 'everyone' } });
    expect(await hook()).toMatchObject({ decision: { fallback: 'deny' }, detail: { reason: 'check_used' } });
    await checkWith(async () => ({}), forHook);
    expect(await hook()).toMatchObject({ decision: { outcome: 'verified' } });
  });

  test('a rule that has changed to the face meanwhile refuses the pass of a passkey', async () => {
    await enrol();
    await pass((await begin(forHook)).page);
    const { page } = await begin();
    const passkey = await usePasskey(page);
    changeRule('face');
    expect(await hook()).toMatchObject({ decision: { fallback: 'deny' }, detail: { reason: 'face_missing' } });
    expect((await page.post('/face/another-way/passkey', { passkey })).body.code).toBe('not_found');
  });

  test('a foreign, repeated or missing answer passes nothing, and five lock the person out', async () => {
    await enrol();
    const other = await createForeign();
    const { page } = await begin();
    const spent = await usePasskey(page);
    await optionsOf(page);
    const send = async (passkey: string) => (await page.post('/face/another-way/passkey', { passkey })).body.code;
    expect(await send(spent)).toBe('secret_missing');
    expect(await send('{}')).toBe('secret_missing');
    for (let tries = 3; tries <= 5; tries += 1)
      expect(await send(await usePasskey(page, other))).toBe('secret_missing');
    expect(await send(await usePasskey(page))).toBe('locked_out');
  });

  test.each([
    ['without a passkey', { withPasskey: false, more: withReceipt }],
    [
      'for an action to approve',
      { withPasskey: true, more: { ...withReceipt, action: { type: 'facestep_action', title: 'Pay' } } },
    ],
  ])('the passkey is not offered %s', async (_, { withPasskey, more }) => {
    await enrol(withPasskey);
    const { page, view } = await begin(more);
    expect(view.anotherWays).toEqual([]);
    expect((await page.post('/face/another-way/passkey', { passkey: '{}' })).body.code).toBe('not_found');
  });

  test('the passkey is not offered at a kiosk, nor before a first factor', async () => {
    await enrol();
    const open = async (atKiosk: boolean, more: Parameters<typeof openStarted>[1] = {}) => {
      const { body } = await openStarted(server, { rule: 'everyone', ...more }, { ...plainRequest, atKiosk });
      return body.view as JsonObject;
    };
    const anonymous = { assurance: { kind: 'anonymous', source: '192.0.2.1' } } as const;
    expect(await open(false)).toMatchObject({ anotherWays: ['passkey'] });
    expect(await open(true)).toMatchObject({ anotherWays: [] });
    expect(await open(false, anonymous)).toMatchObject({ anotherWays: [] });
    changeRule('face_and_passkey');
    expect(await open(false)).toMatchObject({ signInPasskey: 'asked' });
    expect(await open(false, anonymous)).toMatchObject({ signInPasskey: 'none' });
  });

  test('a phone that lends its camera makes no passkey', async () => {
    const { page } = await beginPage(server, {}, '/invitations');
    await page.consent();
    const own = await newPasskey(page);
    const phone = await lendCamera(server, page);
    await phone.consent();
    expect((await phone.post('/face/passkey')).body.code).toBe('not_found');
    expect((await phone.check(draw('ada'), { passkey: own })).body.outcome).toBe('passed');
    expect((await begin()).view.anotherWays).toEqual([]);
  });

  test('the passkey is refused while the provider has no token, or a revoked one', async () => {
    await enrol();
    const token = profile.attributes.get('00u1')!;
    const { page } = await begin();
    profile.attributes.set('00u1', null);
    expect((await pass(page)).body.code).toBe('secret_missing');
    profile.attributes.set('00u1', token);
    const { token: auth } = await server.issue();
    expect((await server.postJson('/revoke', { token }, { 'x-auth-token': auth })).status).toBe(200);
    expect((await pass(page)).body.code).toBe('secret_missing');
  });

  test('the passkey ends with the enrolment', async () => {
    await enrol();
    const { page } = await begin();
    const passkey = await usePasskey(page);
    const { token } = await server.issue();
    await server.postJson('/enrolments/revoke', who, { 'x-auth-token': token });
    expect((await page.post('/face/another-way/passkey', { passkey })).status).not.toBe(200);
    expect((await begin()).view.anotherWays).toEqual([]);
  });
});

describe('under a rule for face and passkey', () => {
  beforeEach(async () => {
    await enrol();
    changeRule('face_and_passkey');
  });

  test('both pass, and the hook and the receipt name them', async () => {
    const both = async (page: Page) => ({ passkey: await usePasskey(page) });
    const { view, body } = await checkWith(both);
    expect(view).toMatchObject({ anotherWays: [], signInPasskey: 'asked' });
    expect(decodeJwt(String(body.receipt))).toMatchObject({ acr: 'face', amr: ['face', 'hwk'] });
    await checkWith(both, forHook);
    expect(await hook()).toMatchObject({ decision: { outcome: 'verified' } });
  });

  test('the face alone gets no receipt, and is refused by the hook for the missing passkey', async () => {
    const alone = async () => ({});
    expect((await checkWith(alone)).body).toMatchObject({ outcome: 'failed', receipt: null });
    await checkWith(alone, forHook);
    expect(await hook()).toMatchObject({ decision: { fallback: 'deny' }, detail: { reason: 'passkey_missing' } });
  });

  test('a foreign passkey with the right face counts as none', async () => {
    const other = await createForeign();
    const { body } = await checkWith(async (page) => ({ passkey: await usePasskey(page, other) }));
    expect(body).toMatchObject({ outcome: 'failed', receipt: null });
  });

  test('the face alone makes no passkey: neither on the own page nor where it renews the enrolment there', async () => {
    const page = await openOwn(server.clock.now());
    expect((await page.post('/face/passkey')).body.code).toBe('not_found');
    expect((await page.post('/face/passkey/remove')).body.code).toBe('not_found');
    const { body } = await page.post('/face/enrolment/renew');
    expect(body.view).toMatchObject({ purpose: 'enrol', signInPasskey: 'none' });
  });
});

describe('on the own page', () => {
  const held = async (page: Page) => (await page.get('/face/devices')).body;

  test('a passkey is added, replaced and removed after a face check', async () => {
    await enrol(false);
    const page = await openOwn(server.clock.now());
    expect(await held(page)).toMatchObject({ passkey: null, mayChangePasskey: true });
    const add = async () => page.post('/face/passkey/add', { passkey: await newPasskey(page) });
    expect((await add()).status).toBe(200);
    expect((await pass((await begin()).page)).status).toBe(200);
    const former = authenticator;
    authenticator = createAuthenticator({ origin: new URL(server.deps.issuer).origin });
    expect((await add()).status).toBe(200);
    expect((await pass((await begin()).page, former)).body.code).toBe('secret_missing');
    expect((await pass((await begin()).page)).status).toBe(200);
    expect((await page.post('/face/passkey/remove')).status).toBe(200);
    expect(await held(page)).toMatchObject({ passkey: null });
    expect((await begin()).view.anotherWays).toEqual([]);
    const changes = server.audit.events.filter(({ action }) => action.startsWith('passkey_'));
    expect(changes.map(({ action }) => action)).toEqual(['passkey_added', 'passkey_added', 'passkey_removed']);
  });

  test('a page changes no passkey after another enrolment', async () => {
    await enrol();
    const page = await openOwn(server.clock.now());
    const passkey = await newPasskey(page);
    server.clock.advanceSec(1);
    await enrol();
    expect((await page.post('/face/passkey/add', { passkey })).body.code).toBe('step_up_finished');
    expect((await page.post('/face/passkey/remove')).body.code).toBe('step_up_finished');
  });

  test('a page that a sign-in opened, and one without such a rule, changes no passkey', async () => {
    await enrol();
    const refused = async (page: Page) => {
      expect((await page.post('/face/passkey')).body.code).toBe('not_found');
      expect((await page.post('/face/passkey/add', { passkey: '{}' })).body.code).toBe('not_found');
      expect((await page.post('/face/passkey/remove')).body.code).toBe('not_found');
      expect(await held(page)).toMatchObject({ passkey: { expiresAt: null }, mayChangePasskey: false });
    };
    await refused(await openOwn(null));
    changeRule('face');
    await refused(await openOwn(server.clock.now()));
  });
});
