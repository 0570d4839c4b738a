import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { beginPage, draw, startCapture, who } from '../../../support/benches/capture-bench.js';
import type { openPage } from '../../../support/benches/capture-page.js';
import { testEvent } from '../../../support/benches/core.js';
import { asTyped } from '../../../support/data/typed-codes.js';
import { type ApiServer, adminKey } from '../../../support/servers/api-server.js';
import type { JsonObject } from '../../core/base/json.js';
import type { Connection, Policy } from '../../core/connection.js';
import { FaceError } from '../../errors.js';
import { decideHook } from '../decide.js';
import { summarizeStepUp } from '../stored.js';

let server: ApiServer;
let acme: Connection;
let auth: { 'x-auth-token': string };
const admin = { 'x-admin-key': adminKey };

const offered = { email: true, sms: true, recoveryCodes: true, counts: true };

async function startWith(policy: Partial<Policy> = {}): Promise<void> {
  ({ server, acme, auth } = await startCapture({ anotherWay: offered, replaceFace: 'link', ...policy }));
}
beforeEach(() => startWith());

const withReceipt = { audience: 'https://app.example.com' };

/** What a check for the hook of a sign-in is started with. */
const forHook = { application: testEvent.application, address: testEvent.address };

const begin = (more: object = withReceipt, path?: string) => beginPage(server, more, path);
type Page = ReturnType<typeof openPage>;

const lastCode = () => String(/\d{6}/.exec(server.messages.at(-1)?.text ?? '')?.[0]);
const sendTo = async (page: Page, channel = 'email') =>
  String((await page.post('/face/another-way/send', { channel, language: 'de' })).body.id);
const giveBack = (page: Page, id: string, code: string, channel = 'email') =>
  page.post('/face/another-way/code', { channel, id, code });
const useRecovery = (page: Page, code: string) => page.post('/face/another-way/recovery-code', { code });
const useBypass = (page: Page, code: string) => page.post('/face/another-way/bypass-code', { code });
const stateOf = async (id: string) => (await server.send('GET', `/step-ups/${id}`, { headers: auth })).body;
const wrong = (code: string) => (code === '000000' ? '111111' : '000000');
const detailsOf = (action: string) =>
  server.audit.events.flatMap((event) => (event.action === action ? [event.detail] : []));

/** A person enrols on the page. */
async function enrol(person = 'ada') {
  const { page } = await begin({}, '/invitations');
  await page.consent();
  const { body: reply } = await page.check(draw(person));
  expect(reply.outcome).toBe('passed');
  return { page, view: reply.view as JsonObject };
}

const hookOf = (connection: Connection) =>
  decideHook(
    {
      connection,
      subject: '00u1',
      hook: 'token',
      eventId: randomUUID(),
      eventTime: null,
      ...testEvent,
    },
    server.deps,
  );

test.each(['email', 'sms'] as const)(
  'a code by %s is reported as not sent if it is only written to the outbox',
  async (channel) => {
    const { page } = await begin();
    const send = async () => (await page.post('/face/another-way/send', { channel, language: 'de' })).body.isSent;
    server.outbox.push(channel === 'email' ? 'sms' : 'email');
    expect(await send()).toBe(true);
    server.outbox.push(channel);
    expect(await send()).toBe(false);
  },
);

test('a code sent to the provider’s address passes the step-up, and all results report that no face was checked', async () => {
  const { id, page, view } = await begin({ ...withReceipt, nonce: 'n-1' });
  expect(view.anotherWays).toEqual(['email', 'sms']);
  const codes = await sendTo(page);
  expect(server.messages.at(-1)).toMatchObject({
    channel: 'email',
    to: '00u1@example.com',
    subject: 'Ihr Code für die Gesichtsprüfung',
  });
  expect(String(server.messages.at(-1)?.html)).toContain(`>${lastCode()}</p>`);
  const { body } = await giveBack(page, codes, lastCode());
  expect(body.view).toMatchObject({ state: 'passed_another_way', recoveryCodesOffered: false });
  expect(decodeJwt(String(body.receipt))).toMatchObject({
    sub: '00u1',
    nonce: 'n-1',
    acr: 'another_way',
    amr: ['otp'],
    accuracy: null,
    liveness: null,
    presence: null,
  });
  expect(await stateOf(id)).toMatchObject({ state: 'passed_another_way' });
  // The person is notified of failed checks, because no face passed.
  expect(await summarizeStepUp(id, server.deps)).toMatchObject({ state: 'over' });
  expect(detailsOf('another_way_passed')).toEqual([{ stepUpId: id, way: 'email', application: 'app.example.com' }]);
  expect(server.log.text() + JSON.stringify(server.audit.events)).not.toContain(lastCode());
});

test('a code passes no step-up if the audit trail cannot be written', async () => {
  const { id, page } = await begin();
  const codes = await sendTo(page);
  const { append } = server.audit;
  server.audit.append = async (event) => {
    if (event.action === 'another_way_passed') throw new FaceError('state_unavailable');
    return append(event);
  };
  expect((await giveBack(page, codes, lastCode())).body.code).toBe('state_unavailable');
  server.audit.append = append;
  expect((await page.get('/face/session')).body).toMatchObject({ view: { state: 'started' }, receipt: null });
  expect(await stateOf(id)).toMatchObject({ state: 'started' });
});

describe('a one-time code', () => {
  test('is accepted once, and only in its own step-up', async () => {
    const first = await begin();
    const second = await begin();
    const codes = await sendTo(first.page);
    const code = lastCode();
    expect((await giveBack(second.page, codes, code)).body.code).toBe('code_wrong');
    expect((await giveBack(first.page, codes, asTyped(code))).status).toBe(200);
    expect((await giveBack(first.page, codes, code)).body.code).toBe('step_up_finished');
    expect((await giveBack(second.page, codes, code)).body.code).toBe('code_wrong');
  });

  test('keeps the step-up open, counts as a failed attempt, and leads to a lockout if it is wrong', async () => {
    const { page } = await begin();
    const codes = await sendTo(page);
    const code = lastCode();
    for (let tries = 1; tries <= 5; tries += 1)
      expect((await giveBack(page, codes, wrong(code))).body.code).toBe('code_wrong');
    expect((await giveBack(page, codes, code)).body.code).toBe('locked_out');
    expect(detailsOf('locked_out')).toHaveLength(1);
    expect((await page.get('/face/session')).body.view).toMatchObject({ state: 'started', triesLeft: 3 });
  });

  test('does not reset the failed attempts of the face lockout if it is correct', async () => {
    await enrol();
    for (let tries = 1; tries <= 4; tries += 1) {
      const { page } = await begin();
      const codes = await sendTo(page);
      await giveBack(page, codes, wrong(lastCode()));
      expect((await giveBack(page, codes, lastCode())).status).toBe(200);
    }
    const { page } = await begin();
    const codes = await sendTo(page);
    await giveBack(page, codes, wrong(lastCode()));
    expect((await giveBack(page, codes, lastCode())).body.code).toBe('locked_out');
  });

  test('is sent to one user at most ten times a day', async () => {
    const { page } = await begin();
    for (let sent = 1; sent <= 10; sent += 1) await sendTo(page);
    expect((await page.post('/face/another-way/send', { channel: 'email' })).body.code).toBe('locked_out');
    expect(server.messages).toHaveLength(10);
  });
});

describe('another way is not offered', () => {
  const refused = async (page: Page) => {
    expect((await page.post('/face/another-way/send', { channel: 'email' })).body.code).toBe('not_found');
    expect((await giveBack(page, 'x', '123456')).body.code).toBe('not_found');
    expect((await useRecovery(page, 'AAAA-AAAA-AAAA')).body.code).toBe('not_found');
    expect((await useBypass(page, 'AAAA-AAAA-AAAA')).body.code).toBe('not_found');
  };

  test('for hooks, if their policy does not accept it', async () => {
    await startWith({ anotherWay: { ...offered, counts: false } });
    const { page, view } = await begin(forHook);
    expect(view.anotherWays).toEqual([]);
    await refused(page);
  });

  test('for an invitation to enrol', async () => {
    await refused((await begin({}, '/invitations')).page);
  });
});

describe('a hook after a step-up with another way', () => {
  const passByCode = async () => {
    const { page } = await begin(forHook);
    const codes = await sendTo(page);
    expect((await giveBack(page, codes, lastCode())).status).toBe(200);
  };
  const withCounts = (counts: boolean): Connection => ({
    ...acme,
    policy: { ...acme.policy, anotherWay: { ...offered, counts } },
  });
  beforeEach(passByCode);

  test('receives the outcome another_way if the policy accepts it', async () => {
    const decision = await hookOf(withCounts(true));
    expect(decision).toMatchObject({ outcome: 'another_way', methods: ['otp'] });
    expect(detailsOf('hook_decided')).toMatchObject([{ outcome: 'another_way' }]);
    expect(await hookOf(withCounts(true))).toMatchObject({ outcome: 'unverified' });
  });

  test('denies with the reason another_way if the policy does not accept it', async () => {
    expect(await hookOf(withCounts(false))).toMatchObject({ outcome: 'unverified', fallback: 'deny' });
    expect(detailsOf('hook_decided')).toMatchObject([{ outcome: 'unverified', reason: 'face_missing' }]);
    expect(await hookOf(withCounts(true))).toMatchObject({ outcome: 'another_way' });
  });
});

describe('recovery codes', () => {
  describe('and the receipt of the enrolment', () => {
    /** A sign-in that became the user's enrolment, and whose application waits for a receipt. */
    const pass = async () => {
      await startWith({ whenNotEnrolled: 'enrol' });
      const { id, page } = await begin();
      await page.consent();
      const { body } = await page.check(draw('ada'));
      return { id, page, body };
    };
    const take = async (page: Page) => (await page.post('/face/receipt')).body.receipt;
    const issued = () => detailsOf('receipt_issued').length;

    test('the receipt’s lifetime starts after the recovery codes are confirmed', async () => {
      const { page, body } = await pass();
      expect(body).toMatchObject({ receipt: null, view: { recoveryCodesOffered: true, receiptWaits: true } });
      await page.post('/face/recovery-codes');
      server.clock.advanceSec(600);
      const receipt = await take(page);
      const { iat, exp, auth_time } = decodeJwt<{ auth_time: number }>(String(receipt));
      expect(Number(exp)).toBeGreaterThan(server.clock.now() / 1000 + 110);
      expect(Number(iat) - auth_time).toBeGreaterThanOrEqual(599);
      // An answer that got lost.
      expect(await take(page)).toBe(receipt);
      expect((await page.get('/face/session')).body).toMatchObject({ receipt, view: { receiptWaits: false } });
      server.clock.advanceSec(121);
      expect(await take(page)).toBeNull();
      expect(issued()).toBe(1);
    });

    test('no receipt is issued after 15 minutes', async () => {
      const { id, page } = await pass();
      server.clock.advanceSec(901);
      expect(await take(page)).toBeNull();
      expect(await stateOf(id)).toMatchObject({ state: 'passed', receipt: null });
      expect(issued()).toBe(0);
    });
  });

  test('are not offered if nothing accepts them', async () => {
    await startWith({ anotherWay: { ...offered, counts: false } });
    expect((await enrol()).view.recoveryCodesOffered).toBe(false);
  });

  const make = async () => {
    const { page, view } = await enrol();
    expect(view.recoveryCodesOffered).toBe(true);
    const { status, body } = await page.post('/face/recovery-codes');
    expect(status).toBe(201);
    return { page, codes: body.codes as string[] };
  };

  test('are ten, shown once after the enrolment, and each is accepted once', async () => {
    const { codes } = await make();
    expect((await begin()).view.anotherWays).toEqual(['recovery_code', 'email', 'sms']);
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){2}$/);
    const spoken = asTyped(codes[0]!.toLowerCase().replaceAll('-', ' '));
    expect((await useRecovery((await begin()).page, spoken)).body.view).toMatchObject({ state: 'passed_another_way' });
    expect((await useRecovery((await begin()).page, codes[0]!)).body.code).toBe('code_wrong');
    expect((await useRecovery((await begin()).page, codes[1]!)).status).toBe(200);
    const kept = JSON.stringify(await server.deps.state.read('recovery-codes:acme:00u1'));
    for (const code of codes) expect(kept).not.toContain(code.replaceAll('-', ''));
  });

  test('can be created again for 15 minutes on the same page, which invalidates the previous codes', async () => {
    const { page, codes } = await make();
    expect((await page.get('/face/session')).body.view).toMatchObject({ recoveryCodesOffered: true });
    const again = (await page.post('/face/recovery-codes')).body.codes as string[];
    expect((await useRecovery((await begin()).page, codes[0]!)).body.code).toBe('code_wrong');
    expect((await useRecovery((await begin()).page, again[0]!)).status).toBe(200);
    server.clock.advanceSec(900);
    expect((await page.get('/face/session')).body.view).toMatchObject({ recoveryCodesOffered: false });
    expect((await page.post('/face/recovery-codes')).body.code).toBe('step_up_finished');
  });

  test('end with the enrolment, when another face is enrolled or the enrolment expires', async () => {
    const { codes } = await make();
    server.clock.advanceSec(60);
    await enrol('grace');
    expect((await useRecovery((await begin()).page, codes[0]!)).body.code).toBe('code_wrong');

    await startWith({ enrolmentDays: 1 });
    const made = await make();
    server.clock.advanceSec(86_400);
    auth = { 'x-auth-token': (await server.issue()).token };
    expect((await begin()).view.anotherWays).toEqual(['email', 'sms']);
    expect((await useRecovery((await begin()).page, made.codes[0]!)).body.code).toBe('code_wrong');
  });

  test('are valid for one user and one connection only', async () => {
    const { codes } = await make();
    for (const other of [{ subject: '00u2' }, { connection: 'other' }]) {
      const { page } = await begin({ ...withReceipt, ...other });
      expect((await useRecovery(page, codes[0]!)).body.code).toBe('code_wrong');
    }
  });

  test('are consumed once under four concurrent attempts with the same code', async () => {
    const { codes } = await make();
    const pages = await Promise.all(Array.from({ length: 4 }, async () => (await begin()).page));
    const answers = await Promise.all(pages.map((page) => useRecovery(page, codes[0]!)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test('are counted in the export, and erased with the enrolment', async () => {
    const { codes } = await make();
    await useRecovery((await begin()).page, codes[0]!);
    const exported = await server.postJson('/subjects/export', who, admin);
    expect(JSON.stringify(exported.body)).toContain('"recoveryCodes":{"left":9,');
    await server.postJson('/subjects/revoke', who, admin);
    expect((await useRecovery((await begin()).page, codes[1]!)).body.code).toBe('code_wrong');
    expect(await server.deps.state.read('recovery-codes:acme:00u1')).toBeNull();
  });

  const check = async () => {
    const { page } = await begin();
    await page.consent();
    const { body } = await page.check(draw('ada'));
    expect(body.outcome).toBe('passed');
    return { page, view: body.view as JsonObject };
  };
  const kept = () => server.deps.state.read('recovery-codes:acme:00u1');

  test('cannot be created by a session from before a new enrolment', async () => {
    const { page, view } = await enrol();
    expect(view.recoveryCodesOffered).toBe(true);
    await enrol('grace');
    expect((await page.post('/face/recovery-codes')).body.code).toBe('step_up_finished');
    expect(await kept()).toBeNull();
  });

  test('are never offered during a sign-in, even if all are used', async () => {
    const { codes } = await make();
    for (const code of codes) {
      const { page } = await begin();
      expect((await useRecovery(page, code)).body.view).toMatchObject({ recoveryCodesOffered: false });
      expect((await page.post('/face/recovery-codes')).body.code).toBe('step_up_finished');
    }
    expect((await begin()).view.anotherWays).toEqual(['email', 'sms']);
    const { page, view } = await check();
    expect(view.recoveryCodesOffered).toBe(false);
    expect((await page.post('/face/recovery-codes')).body.code).toBe('step_up_finished');
  });
});
