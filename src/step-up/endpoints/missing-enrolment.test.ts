import { beforeEach, describe, expect, test } from '@jest/globals';
import { beginAgreed, draw, enrolByApi, startCapture } from '../../../support/benches/capture-bench.js';
import { openLink, openPage, openStarted } from '../../../support/benches/capture-page.js';
import type { ApiServer } from '../../../support/servers/api-server.js';
import type { Assurance, Connection } from '../../core/connection.js';
import { FaceError } from '../../errors.js';

/* Users without an enrolment: told before the camera opens after a first factor, and otherwise not at all. */

let server: ApiServer;
let acme: Connection;
let lookUps: string[];

beforeEach(async () => {
  ({ server, acme } = await startCapture({ whenNotEnrolled: 'link' }));
  lookUps = [];
  const { readToken } = acme.profile;
  Object.assign(acme.profile, {
    readToken: (subject: string) => {
      lookUps.push(subject);
      return readToken(subject);
    },
  });
});

const proven: Assurance = { kind: 'first_factor' };
const anonymous: Assurance = { kind: 'anonymous', source: '203.0.113.9' };

async function open(subject: string, assurance: Assurance) {
  const { status, body, page } = await openStarted(server, { subject, assurance });
  return { status, body, page, sendLink: () => page.post('/face/set-up-link', { language: 'de' }) };
}

const linkIn = (text: string): string => /https?:\/\/\S+\/face\S*#\S+/.exec(text)?.[0] ?? '';
const sent = () => server.audit.events.filter(({ action }) => action === 'invitation_sent');

describe('after a first factor, the page', () => {
  test('is told of the missing enrolment, e-mails a link on request, and continues once the user has enrolled', async () => {
    const { body, page, sendLink } = await open('00u1', proven);
    expect(body).toMatchObject({ missingEnrolment: { linkOffered: true }, view: { state: 'started', triesLeft: 3 } });
    expect(await sendLink()).toMatchObject({ status: 201, body: { isSent: true } });
    expect(server.messages).toMatchObject([{ channel: 'email', to: '00u1@example.com' }]);
    expect(sent()).toMatchObject([{ connection: 'acme', subject: '00u1', detail: { kind: 'invitation' } }]);
    const invited = await openLink(server, linkIn(String(server.messages[0]?.text)));
    expect(invited.body.view).toMatchObject({ purpose: 'enrol', consentNeeded: true });
    const enrolment = openPage(server, String(invited.body.session));
    await enrolment.consent();
    expect((await enrolment.check(draw('ada'))).body.outcome).toBe('passed');
    expect((await page.get('/face/session')).body).toMatchObject({ missingEnrolment: null });
    await page.consent();
    expect((await page.check(draw('ada'))).body.outcome).toBe('passed');
  });

  test('is told that the link is not sent if e-mails are only written to the outbox', async () => {
    const { sendLink } = await open('00u1', proven);
    server.outbox.push('sms');
    expect((await sendLink()).body.isSent).toBe(true);
    server.outbox.push('email');
    expect((await sendLink()).body.isSent).toBe(false);
    expect(server.messages).toHaveLength(2);
  });

  async function expectNoLink(): Promise<void> {
    const { body, sendLink } = await open('00u1', proven);
    expect(body.missingEnrolment).toEqual({ linkOffered: false });
    expect((await sendLink()).body.code).toBe('not_found');
    expect(server.messages).toEqual([]);
  }

  test('sends at most three links a day to one user', async () => {
    const { sendLink } = await open('00u1', proven);
    for (let links = 1; links <= 3; links += 1) expect((await sendLink()).status).toBe(201);
    expect((await sendLink()).body.code).toBe('locked_out');
    expect(server.messages).toHaveLength(3);
  });

  test('offers no link if the policy refuses users without an enrolment, so that no password and mailbox enrol a face', async () => {
    Object.assign(acme.policy, { whenNotEnrolled: 'refuse' });
    await expectNoLink();
  });

  test('counts links that a mailbox refuses, so that one user cannot use up those of the connection', async () => {
    const { sendLink } = await open('00u1', proven);
    const { send } = server.deps.delivery;
    Object.assign(server.deps.delivery, { send: () => Promise.reject(new FaceError('delivery_failed')) });
    for (let links = 1; links <= 3; links += 1) expect((await sendLink()).body.code).toBe('delivery_failed');
    expect((await sendLink()).body.code).toBe('locked_out');
    Object.assign(server.deps.delivery, { send });
  });

  test('looks a user up at most 60 times an hour', async () => {
    const { page } = await open('00u1', proven);
    for (let reads = 0; reads < 60; reads += 1) await page.get('/face/session');
    expect(lookUps).toHaveLength(60);
    expect((await page.get('/face/session')).body).toMatchObject({ missingEnrolment: null });
  });

  test('offers no link after an enrolment was ended', async () => {
    await enrolByApi(server);
    await server.postJson(
      '/enrolments/revoke',
      { connection: 'acme', subject: '00u1' },
      { 'x-auth-token': (await server.issue()).token },
    );
    server.clock.advanceSec(1);
    await expectNoLink();
  });

  test('opens the check of an enrolled user, or of one who cannot be looked up', async () => {
    await enrolByApi(server);
    expect((await open('00u1', proven)).body.missingEnrolment).toBeNull();
    Object.assign(acme.profile, { readToken: () => Promise.reject(new FaceError('profile_unavailable')) });
    expect((await open('00u2', proven)).body.missingEnrolment).toBeNull();
  });
});

test('an account that disappears during an enrolment costs no try', async () => {
  const { page, view } = await beginAgreed(server, {}, '/invitations');
  expect(view).toMatchObject({ purpose: 'enrol', triesLeft: 3 });
  const { readToken, writeToken } = acme.profile;
  const gone = () => Promise.reject(new FaceError('subject_unknown'));
  Object.assign(acme.profile, { readToken: gone, writeToken: gone });
  for (let checks = 0; checks < 4; checks += 1)
    expect((await page.check(draw('ada'))).body.code).toBe('subject_unknown');
  Object.assign(acme.profile, { readToken, writeToken });
  expect((await page.check(draw('ada'))).body.outcome).toBe('passed');
});

test('without a first factor, unknown, unenrolled and mismatched users get the same replies after the same look-ups', async () => {
  await enrolByApi(server);
  const visit = async (subject: string) => {
    lookUps = [];
    const { status, body, page, sendLink } = await open(subject, anonymous);
    const atOpening = lookUps.length;
    const link = await sendLink();
    await page.consent();
    const { view, ...outcome } = (await page.check(draw('eve'))).body;
    const { id: _, expiresAt: __, ...shown } = Object(body.view);
    const { id: ___, expiresAt: ____, ...left } = Object(view);
    const opened = { status, shown, missing: body.missingEnrolment, locked: body.lockedForSec };
    return { opened, link: [link.status, link.body.code], outcome, left, lookUps: [atOpening, lookUps.length] };
  };
  const mismatched = await visit('00u1');
  expect(mismatched).toMatchObject({
    opened: { missing: null },
    link: [404, 'not_found'],
    outcome: { outcome: 'try_again' },
    lookUps: [0, 1],
  });
  expect(await visit('00u2')).toEqual(mismatched);
  expect(await visit('nobody')).toEqual(mismatched);
  expect(server.messages).toEqual([]);
});

test('a canceled check is marked as that of an anonymous caller only without a first factor', async () => {
  for (const assurance of [anonymous, proven]) await (await open('00u1', assurance)).page.post('/face/decline');
  const canceled = server.audit.events.filter(({ action }) => action === 'step_up_abandoned');
  expect(canceled.map(({ detail }) => 'anonymous' in detail && detail.anonymous)).toEqual([true, false]);
});
