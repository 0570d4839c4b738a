import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { beginAgreed, draw, enrolByApi, startCapture, who } from '../../../support/benches/capture-bench.js';
import { createTestBrowser, lendCamera, openOnPhone, type TestBrowser } from '../../../support/benches/capture-page.js';
import { createVisit, startVendorBench } from '../../../support/benches/vendor-bench.js';
import { standardSettings } from '../../../support/data/settings.js';
import { createTestVerifier } from '../../../support/fakes/embedded.js';
import { createKeysInMemory } from '../../../support/fakes/keys.js';
import type { ApiServer } from '../../../support/servers/api-server.js';
import type { Connection, Policy } from '../../core/connection.js';
import type { CoreSettings } from '../../core/deps.js';
import { secondsPerDay } from '../../core/units.js';
import { recordPlace } from '../../notifications/known-places.js';

/* Glances over the wire: a known browser passes with one movement, and nothing else does. */

let server: ApiServer;
let own: TestBrowser;

const glancing: Partial<Policy> = {
  liveness: 'glance',
  glance: { days: 14, proof: 'browser' },
  replaceFace: 'link',
};

async function start(policy: Partial<Policy> = {}, given: Parameters<typeof startCapture>[1] = {}): Promise<void> {
  ({ server } = await startCapture({ ...glancing, ...policy }, given));
  await enrolByApi(server);
  own = createTestBrowser(server);
}

/** Changes the policy while the server runs. */
function setPolicy(policy: Partial<Policy>): void {
  const connections = server.deps.connections as Map<string, Connection>;
  const acme = connections.get(who.connection)!;
  connections.set(acme.id, { ...acme, policy: { ...acme.policy, ...policy } });
}
beforeEach(() => start());

const begin = (browser: TestBrowser = own, fields: object = {}) =>
  beginAgreed(server, { audience: 'app', ...fields }, '/step-ups', browser);

/** Checks a person. @returns the number of movements, and the result */
async function check(browser: TestBrowser = own, person = 'ada', fields: object = {}) {
  const { page } = await begin(browser, fields);
  const { nonce, photos, movements } = await page.takeFrames(draw(person));
  const { body } = await page.send({ nonce, photo: photos, ...browser.prove(nonce, photos) });
  return { turns: movements.length - 1, outcome: body.outcome, receipt: body.receipt };
}

/** Passes a full check, and waits until the browser is known. */
async function becomeKnown(days = 1.01): Promise<void> {
  expect(await check()).toMatchObject({ turns: 2, outcome: 'passed' });
  server.clock.advanceSec(days * secondsPerDay);
}

test('a known browser passes with one movement, and receipt and audit trail say so', async () => {
  await becomeKnown();
  const { turns, outcome, receipt } = await check();
  expect({ turns, outcome }).toEqual({ turns: 1, outcome: 'passed' });
  expect(decodeJwt(String(receipt))).toMatchObject({ presence: 'glance-1' });
  const judged = server.audit.events.filter(({ action }) => action === 'liveness_judged').at(-1);
  expect(judged?.detail).toMatchObject({ judge: 'glance-1', asked: ['centre', expect.stringMatching(/left|right/)] });
});

test('a full check with one turn is no glance', async () => {
  const settings: CoreSettings = { ...standardSettings, turns: 1 };
  await start({}, { settings });
  const { turns, receipt } = await check();
  expect(turns).toBe(1);
  expect(decodeJwt(String(receipt)).presence).toBe('simulated');
});

describe('a full check is asked for', () => {
  test('within a day of the first one in this browser', async () => {
    await becomeKnown();
    const other = createTestBrowser(server);
    expect((await check(other)).turns).toBe(2);
    server.clock.advanceSec(0.99 * secondsPerDay);
    expect((await check(other)).turns).toBe(2);
  });

  test('after more days than the setting', async () => {
    await becomeKnown(14.01);
    expect(await check()).toMatchObject({ turns: 2, outcome: 'passed' });
  });

  test('in another browser, with another key, and without the key', async () => {
    await becomeKnown();
    const other = createTestBrowser(server);
    expect((await check(other)).turns).toBe(2);
    expect((await check({ ...other, cookie: own.cookie })).turns).toBe(2);
    const { page } = await begin();
    expect((await page.post('/face/challenge', {})).body.next).toMatchObject({ of: 3 });
  });

  test('from a network that is not known for a day', async () => {
    await becomeKnown();
    await server.deps.state.delete(`known-places:${who.connection}:${who.subject}`);
    await recordPlace(who, { device: null, network: '127.0.0.0/24', isProven: true }, server.deps);
    expect((await check()).turns).toBe(2);
  });

  test('after a failed check, until a full one is passed', async () => {
    await becomeKnown();
    expect(await check(own, 'eve')).toMatchObject({ turns: 1, outcome: 'try_again' });
    expect((await check(createTestBrowser(server))).turns).toBe(2);
    expect((await check()).turns).toBe(2);
    expect((await check()).turns).toBe(1);
  });

  test('after a vendor saw no live person, or a check failed while glances were not permitted', async () => {
    const bench = await startVendorBench({}, { policy: glancing });
    ({ server } = bench);
    await enrolByApi(server);
    own = createTestBrowser(server);
    await becomeKnown();
    setPolicy({ liveness: { vendor: 'aws', confidence: 80, fallback: 'none' } });
    const { page } = await beginAgreed(server);
    expect(await createVisit(page, bench).pass(null, { confidence: 2 })).toMatchObject({ outcome: 'try_again' });
    setPolicy(glancing);
    expect((await check()).turns).toBe(2);
    setPolicy({ liveness: 'movement', glance: null });
    await check(createTestBrowser(server), 'eve');
    setPolicy(glancing);
    expect((await check()).turns).toBe(2);
  });

  test('after someone refused a hand-off', async () => {
    await becomeKnown();
    const { page } = await begin(createTestBrowser(server));
    const { phone } = await openOnPhone(server, page);
    expect((await phone.post('/face/hand-off/choice', { number: null })).body.view).toMatchObject({ state: 'failed' });
    expect((await check()).turns).toBe(2);
  });

  test('after the person enrolled again', async () => {
    await becomeKnown();
    const { page } = await beginAgreed(server, {}, '/invitations');
    expect((await page.check(draw('ada'))).body.outcome).toBe('passed');
    expect((await check()).turns).toBe(2);
  });

  test('for an action, and after a hand-off to a phone', async () => {
    await becomeKnown();
    const action = { type: 'facestep_action', title: 'Pay' };
    const { page, view } = await begin(own, { action });
    const shown = { action: (view.action as { digest: string }).digest, deviceKey: own.key };
    expect((await page.post('/face/challenge', shown)).body.next).toMatchObject({ of: 3 });
    const lent = await begin();
    const phone = await lendCamera(server, lent.page);
    for (const each of [phone, lent.page])
      expect((await each.post('/face/challenge', { deviceKey: own.key })).body.next).toMatchObject({ of: 3 });
  });

  test.each([
    ['a policy that asks for movements', { liveness: 'movement' }],
    ['a policy without glances', { glance: null }],
  ] as const)('by %s', async (_, policy) => {
    await start(policy);
    await becomeKnown();
    expect((await check()).turns).toBe(2);
  });
});

describe('a glance is refused', () => {
  const first = async () => {
    const { page } = await begin();
    const { nonce, photos, movements } = await page.takeFrames(draw('ada'));
    expect(movements).toHaveLength(2);
    return { page, nonce, photos };
  };

  test('without the proof, with that of another challenge, and with that of another key', async () => {
    await becomeKnown();
    const seen = await first();
    const replayed = own.prove(seen.nonce, seen.photos);
    const other = createTestBrowser(server);
    for (const toProof of [
      () => ({}),
      () => replayed,
      (nonce: string, photos: Uint8Array[]) => other.prove(nonce, photos),
      (nonce: string, photos: Uint8Array[]) => ({ ...other.prove(nonce, photos), deviceKey: own.key }),
    ]) {
      const { page, nonce, photos } = await first();
      const { body } = await page.send({ nonce, photo: photos, ...toProof(nonce, photos) });
      expect(body.outcome).toBe('try_again');
      const judged = server.audit.events.filter(({ action }) => action === 'liveness_judged').at(-1);
      expect(judged?.detail).toMatchObject({ pass: false, reasons: expect.arrayContaining(['device_known']) });
      expect((await check()).turns).toBe(2);
    }
  });

  test('if a check failed elsewhere meanwhile', async () => {
    await becomeKnown();
    const { page, nonce, photos } = await first();
    await check(createTestBrowser(server), 'eve');
    const { body } = await page.send({ nonce, photo: photos, ...own.prove(nonce, photos) });
    expect(body.outcome).toBe('try_again');
  });

  test('if a check failed elsewhere while the pictures are judged', async () => {
    await becomeKnown();
    const { page, nonce, photos } = await first();
    const { judge } = server.deps.judge;
    const fail = () => server.deps.state.delete(`glance:${who.connection}:${who.subject}`);
    const judgeLate: typeof judge = (...given) => fail().then(() => judge(...given));
    Object.assign(server.deps.judge, { judge: judgeLate });
    const { body } = await page.send({ nonce, photo: photos, ...own.prove(nonce, photos) });
    expect(body.outcome).toBe('try_again');
  });
});

test('a glance renews no token, as it enrols no face', async () => {
  const former = randomBytes(32);
  const keys = createKeysInMemory(former);
  await start({}, { verifier: createTestVerifier(undefined, keys) });
  await becomeKnown();
  Object.assign(keys, createKeysInMemory(former, randomBytes(32)));
  const renewals = () => server.audit.events.filter(({ action }) => action === 'renewed').length;
  expect(await check()).toMatchObject({ turns: 1, outcome: 'passed' });
  expect(renewals()).toBe(0);
  expect(await check(createTestBrowser(server))).toMatchObject({ turns: 2, outcome: 'passed' });
  expect(renewals()).toBe(1);
});

test('a passkey proves the device in place of a key of the browser', async () => {
  await start({ glance: { days: 14, proof: 'passkey' } });
  await becomeKnown();
  const { page, view } = await begin();
  expect(view.deviceKeyWanted).toBe(false);
  expect((await page.post('/face/challenge', {})).body.next).toMatchObject({ of: 2 });
});
