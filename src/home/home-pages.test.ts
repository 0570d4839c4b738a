import { beforeEach, expect, test } from '@jest/globals';
import { beginPage, startCapture } from '../../support/benches/capture-bench.js';
import { fillLedger, type Noted } from '../../support/data/ledgered.js';
import type { ApiServer } from '../../support/servers/api-server.js';
import { listLines } from '../audit/ledger/log.js';
import type { AuditEvent } from '../core/audit-events.js';
import { checksReply } from '../core/home-protocol.js';
import { readKnownPlaces, recordPlace } from '../notifications/known-places.js';

/* What a person finds on their own page: their own, and nothing of anybody else. */

const anna = { connection: 'acme', subject: 'anna' };
const berta = { connection: 'acme', subject: 'berta' };
let server: ApiServer;
beforeEach(async () => {
  const services = [{ name: 'Leave', url: 'https://leave.example.com', text: { en: 'Days off' } }];
  const homePages = new Map([['acme', { door: null, services, clients: new Map() }]]);
  ({ server } = await startCapture({}, { homePages }, ['anna', 'berta']));
});

const open = async (subject: string, purpose = 'manage') =>
  (await beginPage(server, { subject, purpose }, '/invitations')).page;
const refusedAt = (hoursAgo: number, who = anna): Noted => ({
  event: { action: 'verification_refused', ...who, detail: { tokenId: 't', application: 'app.example.com' } },
  hoursAgo,
});

const listed = async (page: Awaited<ReturnType<typeof open>>) =>
  checksReply.parse((await page.post('/face/checks')).body).checks;

test('the list of decisions has the user’s own, with application and reason, and no administrators or networks', async () => {
  const events: AuditEvent[] = [
    { action: 'verified', ...anna, detail: { tokenId: 't', application: 'shop.example.com' } },
    { action: 'verification_refused', ...anna, detail: { code: 'liveness_low' } },
    { action: 'verification_refused', ...anna, detail: { code: 'constructor' } },
    { action: 'hand_off_refused', ...anna, detail: { stepUpId: 's', chosen: 'none' } },
    { action: 'revoked', ...anna, detail: { tokenId: 't', by: 'secret-admin' } },
    { action: 'bypass_approved', ...anna, detail: { id: 'i', by: 'secret-admin' } },
    { action: 'verified', ...berta, detail: { tokenId: 't', application: 'other.example.com' } },
  ];
  await fillLedger(
    server,
    events.map((event, at) => ({ event, hoursAgo: at + 1 })),
  );
  const { body } = await (await open('anna')).post('/face/checks');
  expect(body).toMatchObject({
    checks: [
      { event: 'face_passed', reason: null, application: 'shop.example.com' },
      { event: 'face_refused', reason: 'not_live', application: null },
      { event: 'face_refused', reason: 'trouble', application: null },
      { event: 'phone_refused', reason: 'not_asked_for' },
      { event: 'ended', reason: null },
    ],
    cursor: null,
  });
  expect(JSON.stringify(body)).not.toMatch(/secret-admin|other\.example|192\.0\.2/);
});

test('a check of the user’s own list can be reported: one that failed does not end the enrolment', async () => {
  const verified = { action: 'verified', ...anna, detail: { tokenId: 't' } } as const;
  await fillLedger(server, [{ event: verified, hoursAgo: 1 }, refusedAt(2)]);
  const page = await open('anna');
  for (const [{ id }, endsEnrolment] of [
    [(await listed(page))[0]!, true],
    [(await listed(page))[1]!, false],
  ] as const) {
    const { secret } = (await page.post('/face/checks/not-me', { id })).body;
    expect((await server.postJson('/face/not-me/about', { secret })).body).toMatchObject({ endsEnrolment });
  }
});

test('a report names a check of the user’s own list: those of others, hidden ones and invented ones are refused', async () => {
  const hidden = { action: 'bypass_approved', ...anna, detail: { id: 'i', by: 'admin' } } as const;
  await fillLedger(server, [refusedAt(1, berta), { event: hidden, hoursAgo: 2 }]);
  const page = await open('anna');
  const { items } = await listLines({ people: [anna] }, { cursor: null, limit: 9 }, server.deps);
  const [ofBerta] = await listed(await open('berta'));
  const ids = [ofBerta!.id, items[0]!.id, items[0]!.id.replace(/\d$/, '9')];
  const answers = await Promise.all(ids.map((id) => page.post('/face/checks/not-me', { id })));
  expect(answers.map(({ body }) => body.code)).toEqual(['not_found', 'not_found', 'not_found']);
  expect((await page.post('/face/checks/not-me', { event: 'face_passed' })).body.code).toBe('field_unknown');
});

test('a check has the browser and system of the person, as words, and none of an administrator', async () => {
  const userAgent = 'Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0';
  const revoked = { action: 'revoked', ...anna, detail: { tokenId: 't', by: 'admin' } } as const;
  await fillLedger(server, [{ ...refusedAt(1), userAgent }, refusedAt(2), { event: revoked, hoursAgo: 3, userAgent }]);
  const devices = (await listed(await open('anna'))).map(({ device }) => device);
  expect(devices).toEqual([{ browser: 'Firefox', system: 'Windows' }, null, null]);
});

test('the export has the stored data and the checks, and no records of other users; the export is audited', async () => {
  await fillLedger(server, [refusedAt(1), refusedAt(2, berta)]);
  const { body, status } = await (await open('anna')).post('/face/export');
  expect(status).toBe(200);
  expect(body.checks).toHaveLength(1);
  expect(body.held).toMatchObject({ enrolment: null, dataConsents: [], noticeDevices: null });
  expect(body.held).not.toHaveProperty('records');
  expect(server.audit.events.at(-1)).toEqual({ action: 'subject_exported', ...anna, detail: {} });
});

test('known devices and networks are shown as counts and are forgotten on request', async () => {
  const { deps } = server;
  await recordPlace(anna, { device: null, network: '192.0.2.0/24', isProven: true }, deps);
  await recordPlace(berta, { device: null, network: '192.0.2.0/24', isProven: true }, deps);
  const page = await open('anna');
  expect((await page.get('/face/devices')).body).toMatchObject({
    knownPlaces: { devices: 0, networks: 1 },
    passkey: null,
    recoveryCodes: null,
  });
  expect((await page.post('/face/devices/forget')).status).toBe(200);
  expect((await page.get('/face/devices')).body.knownPlaces).toBeNull();
  expect(await readKnownPlaces(berta, deps)).not.toBeNull();
  expect(server.audit.events.at(-1)).toEqual({ action: 'known_places_forgotten', ...anna, detail: {} });
});

test('a session for another purpose cannot read the user’s own page', async () => {
  const page = await open('anna', 'enrol');
  for (const path of ['/face/checks', '/face/devices/forget', '/face/export'])
    expect((await page.post(path)).body.code).toBe('step_up_unknown');
  for (const path of ['/face/devices', '/face/services'])
    expect((await page.get(path)).body.code).toBe('step_up_unknown');
});
