import { randomBytes } from 'node:crypto';
import { beforeEach, expect, test } from '@jest/globals';
import { startCapture } from '../../support/benches/capture-bench.js';
import { createKeysInMemory } from '../../support/fakes/keys.js';
import { systemRandom } from '../../support/fakes/sinks.js';
import { type ApiServer, adminKey } from '../../support/servers/api-server.js';
import { type PushServiceSimulator, startPushService } from '../../support/servers/push-service.js';
import { withSubscribers } from '../core/audit-events.js';
import { digestOf } from '../core/secrets.js';
import { createWebPush } from '../notifications/delivery/web-push.js';
import { createNotificationSender } from '../notifications/sender.js';

const contact = 'mailto:security@example.com';
const all = ['enrolled', 'new_place', 'refused', 'locked', 'ended'];
const anna = { connection: 'acme', subject: 'anna' };
let service: PushServiceSimulator;
let server: ApiServer;

beforeEach(async () => {
  service = await startPushService({ contact, now: () => server.clock.now() });
  const keys = createKeysInMemory(randomBytes(32));
  const clock = { now: () => server.clock.now() };
  const settings = { contact, services: [service.host] };
  const webPush = createWebPush(settings, { keys, clock, fetch: service.fetch, random: systemRandom });
  ({ server } = await startCapture({ liveness: 'off', notices: true }, { keys, webPush }, ['anna', 'berta']));
});

/** A person's own page. */
async function open(subject = 'anna', purpose = 'manage') {
  const token = { 'x-auth-token': (await server.issue()).token };
  const { body: started } = await server.postJson('/invitations', { connection: 'acme', subject, purpose }, token);
  const { body } = await server.postJson('/face/open', { ticket: new URL(String(started.url)).hash.slice(1) });
  const headers = { authorization: `Bearer ${body.session}` };
  return {
    read: async () => (await server.send('GET', '/face/notices', { headers })).body,
    post: (path: string, fields: object) => server.postJson(`/face/notices${path}`, fields, headers),
  };
}
type Page = Awaited<ReturnType<typeof open>>;

const keyOf = async (page: Page) =>
  String(((await page.read()).notices as { push: { publicKey: string } }).push.publicKey);
const nameOf = ({ endpoint }: { readonly endpoint: string }) => digestOf(endpoint).toString('base64url');

async function subscribe(page: Page) {
  const publicKey = await keyOf(page);
  const address = service.subscribe(publicKey);
  const { status } = await page.post('/devices', { ...address, publicKey });
  expect(status).toBe(200);
  return address;
}

const happenings = {
  refused: { action: 'verification_refused', ...anna, detail: { tokenId: 't' } },
  locked: { action: 'locked_out', ...anna, detail: { level: 1, until: '2026-01-01T00:00:00.000Z' } },
  ended: { action: 'revoked', ...anna, detail: { tokenId: 't' } },
} as const;

/** Something happens to her, as the server hears of it. */
async function happen(kind: keyof typeof happenings) {
  const { deps } = server;
  const notices = createNotificationSender({ ...deps, currentRequest: () => null, stepUpOf: async () => null });
  const audit = withSubscribers(server.audit, [notices.onEvent]);
  await audit.append(happenings[kind]);
  await notices.drain();
}
const chosen = () =>
  server.audit.events
    .filter(({ action }) => action === 'notices_chosen')
    .map(({ subject, detail }) => ({ subject, detail }));

test('all notifications are sent by e-mail by default; the user’s choice is stored and audited', async () => {
  const page = await open();
  expect((await page.read()).notices).toMatchObject({ on: all, email: true, push: { devices: [] } });
  const { body } = await page.post('', { on: ['locked', 'enrolled'], email: true, language: 'de' });
  expect(body.notices).toMatchObject({ on: ['enrolled', 'locked'], email: true });
  expect((await (await open()).read()).notices).toMatchObject({ on: ['enrolled', 'locked'] });
  expect((await (await open('berta')).read()).notices).toMatchObject({ on: all });
  expect(chosen()).toEqual([
    { subject: 'anna', detail: { off: ['new_place', 'refused', 'ended'], email: true, devices: 0 } },
  ]);
  await happen('refused');
  await happen('locked');
  expect(server.messages.map(({ to, subject }) => ({ to, subject }))).toEqual([
    { to: 'anna@example.com', subject: 'Ihre Gesichtsprüfung ist vorübergehend gesperrt' },
  ]);
});

test('an added browser receives push notifications, is identified by a digest, and can be removed by its user', async () => {
  const page = await open();
  const first = await subscribe(page);
  const second = await subscribe(page);
  expect((await page.read()).notices).toMatchObject({ push: { devices: [nameOf(first), nameOf(second)] } });
  expect(JSON.stringify(await page.read())).not.toContain(first.endpoint);
  await page.post('', { on: all, email: false, language: 'en' });
  await happen('refused');
  expect(new Set(service.opened.map(({ endpoint }) => endpoint))).toEqual(new Set([first.endpoint, second.endpoint]));
  expect(server.messages).toEqual([]);
  const { body } = await page.post('/devices/remove', { device: nameOf(first) });
  expect(body.notices).toMatchObject({ push: { devices: [nameOf(second)] } });
  // Someone else's own page removes nothing of hers.
  const other = await open('berta');
  for (const device of [nameOf(second), null]) await other.post('/devices/remove', { device });
  expect((await page.read()).notices).toMatchObject({ push: { devices: [nameOf(second)] } });
  expect((await page.post('/devices/remove', { device: null })).body.notices).toMatchObject({ push: { devices: [] } });
  expect(
    chosen()
      .filter(({ subject }) => subject === 'anna')
      .map(({ detail }) => detail),
  ).toEqual([1, 2, 2, 1, 0].map((devices, at) => ({ off: [], email: at < 2, devices })));
  await happen('locked');
  expect(server.messages).toHaveLength(1);
});

test('a subscription to an address of no push service, or with another key, is refused', async () => {
  const page = await open();
  const publicKey = await keyOf(page);
  const address = service.subscribe(publicKey);
  const wrong = [
    { endpoint: 'https://169.254.169.254/latest/meta-data' },
    { endpoint: `http://${service.host}/send/x` },
    { p256dh: Buffer.alloc(65, 4).toString('base64url') },
    { auth: 'AA' },
    { publicKey: 'another' },
  ];
  for (const change of wrong) {
    const { body } = await page.post('/devices', { ...address, publicKey, ...change });
    expect([change, body.code]).toEqual([change, 'request_malformed']);
  }
  for (const fields of [{}, { on: ['everything'] }, { on: [...all, ...all] }, { on: all, email: true, language: 'xx' }])
    expect((await page.post('', fields)).body.code).toBe('request_malformed');
  expect((await page.read()).notices).toMatchObject({ on: all, push: { devices: [] } });
  expect(chosen()).toEqual([]);
});

test('an export lists the notification choice and devices, and an erasure deletes them', async () => {
  const page = await open();
  await page.post('', { on: ['locked'], email: false, language: 'fr' });
  const address = await subscribe(page);
  const admin = { 'x-admin-key': adminKey };
  const exported = (await server.postJson('/subjects/export', anna, admin)).body;
  expect(JSON.stringify(exported)).not.toContain(address.endpoint);
  expect(exported).toMatchObject({
    subjects: [
      {
        held: {
          noticeChoice: { off: ['enrolled', 'new_place', 'refused', 'ended'], email: false, language: 'fr' },
          noticeDevices: { devices: 1, expiresAt: expect.any(String) },
        },
      },
    ],
  });
  expect((await server.postJson('/subjects/erase', anna, admin)).status).toBe(200);
  for (const name of ['notice-choice', 'notice-devices'])
    expect(await server.deps.state.read(`${name}:acme:anna`)).toBeNull();
});

test('a report of “this was not me” resets the notification choice, which an attacker may have changed', async () => {
  const page = await open();
  await happen('ended');
  const [, secret] = /\/face\/not-me\?lang=en#([\w-]{43})$/m.exec(server.messages[0]!.text)!;
  await page.post('', { on: [], email: false, language: 'en' });
  await subscribe(page);
  expect((await server.postJson('/face/not-me', { secret })).status).toBe(200);
  const after = (await (await open()).read()).notices;
  expect(after).toMatchObject({ on: all, email: true, push: { devices: [] } });
});

test('the own page learns whether this server can send e-mails', async () => {
  const page = await open();
  expect(await page.read()).toMatchObject({ notices: { emailAvailable: true } });
  server.outbox.push('email');
  expect(await page.read()).toMatchObject({ notices: { emailAvailable: false } });
});
