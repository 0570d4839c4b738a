import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { texts as noticeTexts } from '../../locales/compiled/server/notices/all.js';
import { createTestCore } from '../../support/benches/core.js';
import { createKeysInMemory } from '../../support/fakes/keys.js';
import { systemRandom } from '../../support/fakes/sinks.js';
import { type PushServiceSimulator, startPushService } from '../../support/servers/push-service.js';
import { type AuditEvent, withSubscribers } from '../core/audit-events.js';
import type { Policy } from '../core/connection.js';
import type { Keys, Message, PushAddress, WebPush } from '../core/ports.js';
import { epochMs, secondsPerDay } from '../core/units.js';
import type { RequestOrigin } from '../core/user-agent.js';
import { FaceError } from '../errors.js';
import { readNotificationChoice, storeNotificationChoice } from './choice.js';
import { createWebPush } from './delivery/web-push.js';
import { addNotificationDevice, countNotificationDevices, readNotificationDevices } from './devices.js';
import { recordPlace } from './known-places.js';
import { createNotificationSender, maxPerDay, type NotifiedStepUp } from './sender.js';

const devicesGuard = z.record(z.string(), z.json());

async function setUp(policy: Partial<Policy> = {}, openWebPush: (keys: Keys) => WebPush | null = () => null) {
  const core = await createTestCore({ notices: true, ...policy });
  const { connection, state, clock, log, keys } = core;
  const webPush = openWebPush(keys);
  const sent: Message[] = [];
  let fails = false;
  const delivery = {
    outbox: [],
    send: async (message: Message) => {
      if (fails) throw new FaceError('delivery_failed');
      sent.push(message);
    },
  };
  const stepUps = new Map<string, NotifiedStepUp>();
  let request: RequestOrigin | null = null;
  const notices = createNotificationSender({
    currentRequest: () => request,
    stepUpOf: async (id) => stepUps.get(id) ?? null,
    state,
    clock,
    log,
    delivery,
    keys,
    webPush,
    random: systemRandom,
    issuer: 'https://face.example.com',
    connections: new Map([[connection.id, connection]]),
    brandOf: async () => ({ accent: '#0b5a6e', helpUrl: null, organisation: 'Harbour Clinic' }),
  });
  const audit = withSubscribers(core.audit, [notices.onEvent]);
  const append = async (...events: readonly AuditEvent[]): Promise<void> => {
    for (const event of events) await audit.append(event);
    await notices.drain();
  };
  return {
    core,
    sent,
    append,
    audit,
    notices,
    stepUps,
    setRequest: (from: RequestOrigin) => {
      request = from;
    },
    webPush,
    deps: { state, clock, keys, random: systemRandom },
    setFailing: () => {
      fails = true;
    },
  };
}

const anna = { connection: 'work', subject: 'anna' } as const;
const toChange = <Kind extends 'enrolment' | 'renewal'>(kind: Kind) => ({
  tokenId: 't',
  keyVersion: 1,
  photos: 3,
  kind,
  expiresAt: null,
  former: null,
  formerExpiresAt: null,
});
const events = {
  enrolled: { action: 'enrolled', ...anna, detail: toChange('enrolment') },
  new_place: { action: 'new_place_seen', ...anna, detail: { stepUpId: 's', device: true, network: false } },
  refused: { action: 'verification_refused', ...anna, detail: { tokenId: 't' } },
  locked: { action: 'locked_out', ...anna, detail: { level: 1, until: '2026-01-01T00:00:00.000Z' } },
  ended: { action: 'revoked', ...anna, detail: { tokenId: 't' } },
} as const satisfies Record<string, AuditEvent>;

const subjectsOf = (sent: readonly Message[]) => sent.map(({ subject }) => subject);

test.each(Object.keys(events) as (keyof typeof events)[])(
  'the event "%s" sends a notification to the user’s current address',
  async (kind) => {
    const { sent, append } = await setUp();
    await append(events[kind]);
    expect(sent).toHaveLength(1);
    const [{ channel, to, subject, text, html } = sent[0]!] = sent;
    expect({ channel, to, subject }).toEqual({
      channel: 'email',
      to: 'anna@example.com',
      subject: noticeTexts.en.notices[kind].subject,
    });
    expect(text).toMatch(/https:\/\/face\.example\.com\/face\/not-me\?lang=en#[\w-]{43}\n/);
    expect(text).toMatch(/It was me:\nhttps:\/\/face\.example\.com\/face\/not-me\?lang=en&me#[\w-]{43}\n/);
    expect(text).toContain('Harbour Clinic');
    expect(html?.toString()).toContain('<html lang="en" dir="ltr">');
  },
);

test('an enrolment from a new network is not said to come from a known one, though it records the network', async () => {
  const { sent, append, audit, core, deps, setRequest } = await setUp();
  const place = { device: null, network: '198.51.100.0/24', isProven: true };
  setRequest({ userAgent: 'Mozilla/5.0 (Windows NT 10.0) Chrome/138.0.0.0', network: place.network });
  await recordPlace(anna, { ...place, network: '192.0.2.0/24' }, deps);
  core.clock.advanceSec(60);
  await audit.append(events.enrolled);
  await recordPlace(anna, place, deps);
  await append();
  core.clock.advanceSec(3600);
  await append(events.enrolled);
  expect(sent[0]!.text).toContain(noticeTexts.en.place.new);
  expect(sent[1]!.text).toContain(noticeTexts.en.place.known);
});

test('events that do not concern a known user send no notification', async () => {
  const { sent, append } = await setUp();
  await append(
    { action: 'renewed', ...anna, detail: toChange('renewal') },
    { action: 'verified', ...anna, detail: { tokenId: 't' } },
    { action: 'revoked', ...anna, detail: { tokenId: null } },
    { action: 'revoked', ...anna, detail: { tokenId: 't', reported: true } },
    { action: 'consent_withdrawn', ...anna, detail: { tokenId: 't', reported: true } },
    { action: 'revoked', ...anna, detail: { tokenId: 't', expiresAt: null, client: 'c' } },
    { action: 'verification_refused', connection: 'work', subject: '', detail: { tokenId: null } },
    { action: 'verification_refused', connection: 'other', subject: 'anna', detail: { tokenId: null } },
  );
  expect(sent).toEqual([]);
});

test('no notifications are sent if the policy disables them', async () => {
  const { sent, append, core } = await setUp({ notices: false });
  await append(events.enrolled);
  expect(sent).toEqual([]);
  expect(core.audit.events).toHaveLength(1);
});

test('the end of an enrolment and the withdrawal of its consent send one e-mail together', async () => {
  const { sent, append } = await setUp();
  await append({ action: 'consent_withdrawn', ...anna, detail: { tokenId: 't' } }, events.ended);
  expect(subjectsOf(sent)).toEqual([noticeTexts.en.notices.ended.subject]);
});

test('notifications are limited per event type and hour and per day, separately for each user', async () => {
  const { sent, append, core } = await setUp();
  await append(...Array.from({ length: 50 }, () => events.refused));
  expect(sent).toHaveLength(1);
  for (let hour = 0; hour < 20; hour += 1) {
    core.clock.advanceSec(3600);
    await append(events.refused, events.new_place);
  }
  // Twenty hours may touch two days.
  expect(sent.length).toBeGreaterThanOrEqual(maxPerDay);
  expect(sent.length).toBeLessThanOrEqual(2 * maxPerDay);
  const before = sent.length;
  await append({ ...events.refused, subject: 'berta' });
  expect(sent.slice(before).map(({ to }) => to)).toEqual(['berta@example.com']);
});

test('the daily limit does not suppress e-mails about an enrolment, a lockout or an end', async () => {
  const { sent, append, core } = await setUp();
  for (let hour = 0; hour < 7; hour += 1) {
    core.clock.advanceSec(3600);
    await append(events.refused, events.new_place);
  }
  const before = sent.length;
  expect(before).toBeLessThan(14);
  await append(events.enrolled, events.locked, events.ended);
  expect(sent).toHaveLength(before + 3);
});

describe('a failed check of a step-up', () => {
  const failed = (stepUpId: string) =>
    ({
      action: 'verification_refused',
      ...anna,
      detail: { tokenId: 't', application: 'shop.example', stepUpId },
    }) as const;
  const chrome = 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36';

  test('is notified when the step-up has ended, with application, device, place and local time', async () => {
    const { sent, audit, notices, stepUps, core, deps, setRequest } = await setUp();
    await recordPlace(anna, { device: null, network: '192.0.2.0/24', isProven: true }, deps);
    core.profile.details.set('anna', { zoneinfo: 'Asia/Tokyo', locale: 'de-AT' });
    core.clock.advanceSec(secondsPerDay - ((core.clock.now() / 1000) % secondsPerDay));
    setRequest({ userAgent: chrome, network: '198.51.100.0/24' });
    stepUps.set('s', { state: 'open', application: 'shop.example', notifies: true });
    await audit.append(failed('s'));
    await notices.sendWaiting();
    expect(sent).toEqual([]);
    stepUps.set('s', { state: 'over', application: 'shop.example', notifies: true });
    core.clock.advanceSec(600);
    await notices.sendWaiting();
    await notices.drain();
    expect(subjectsOf(sent)).toEqual([noticeTexts.de.notices.refused.subject]);
    expect(sent[0]!.sender).toBe('Harbour Clinic');
    expect(sent[0]!.text).toMatch(/Zeitpunkt: .* 09:00 GMT\+9\n/);
    expect(sent[0]!.text).toContain(`App: shop.example\nGerät: Chrome, Windows\n${noticeTexts.de.place.new}\n`);
  });

  test('is not notified if the person passes, reports it, or is notified of a lockout', async () => {
    const { sent, append, audit, notices, stepUps } = await setUp();
    stepUps.set('passed', { state: 'passed', application: null, notifies: true });
    await append(failed('passed'));
    stepUps.set('open', { state: 'open', application: null, notifies: true });
    await audit.append(failed('open'));
    await append({ action: 'not_me_reported', ...anna, detail: { sessions: 'ended' } });
    expect(sent).toEqual([]);
    await append(events.locked);
    await audit.append(failed('gone'));
    await notices.sendWaiting();
    await notices.drain();
    expect(subjectsOf(sent)).toEqual([noticeTexts.en.notices.locked.subject]);
  });
});

test('a failed check that anyone could have caused sends nothing', async () => {
  const { sent, append, stepUps } = await setUp();
  stepUps.set('s', { state: 'over', application: null, notifies: false });
  await append({ ...events.refused, detail: { tokenId: 't', stepUpId: 's' } });
  expect(sent).toEqual([]);
});

test('a failed e-mail, or an unavailable provider, does not block or fail the audited event', async () => {
  const { append, core, setFailing } = await setUp();
  setFailing();
  await append(events.enrolled);
  core.profile.setDown(true);
  await append(events.refused);
  expect(core.audit.events.map(({ action }) => action)).toEqual(['enrolled', 'verification_refused']);
  expect(core.log.text()).toMatch(/notification e-mail failed.*delivery_failed/);
  expect(core.log.text()).toMatch(/notification e-mail failed.*profile_unavailable/);
  expect(core.log.text()).not.toMatch(/anna|example\.com/);
});

test('notifications that the user disabled are not sent; other notifications are in the user’s language', async () => {
  const { sent, append, deps } = await setUp();
  await storeNotificationChoice(anna, { on: ['locked'], language: 'fr' }, deps);
  await append(events.refused, events.ended, events.locked, { ...events.refused, subject: 'berta' });
  expect(subjectsOf(sent)).toEqual([noticeTexts.fr.notices.locked.subject, noticeTexts.en.notices.refused.subject]);
  // The page was used in another language: what they chose stays.
  await storeNotificationChoice(anna, { language: 'es' }, deps);
  expect(await readNotificationChoice(anna, deps)).toMatchObject({
    off: ['enrolled', 'new_place', 'refused', 'ended'],
    email: true,
    language: 'es',
  });
});

test('a choice expires 400 days after its last use, and notifications are sent again', async () => {
  const { sent, append, core, deps } = await setUp();
  await storeNotificationChoice(anna, { on: [], language: 'en' }, deps);
  core.clock.advanceSec(400 * secondsPerDay - 1);
  await append(events.locked);
  expect(sent).toEqual([]);
  core.clock.advanceSec(1);
  expect(await readNotificationChoice(anna, deps)).toBeNull();
  await append(events.locked);
  expect(sent).toHaveLength(1);
});

/* Pushed to browsers, by a push service on a real socket that opens what it gets. */
describe('push notifications', () => {
  const contact = 'mailto:security@example.com';
  let service: PushServiceSimulator;
  let now = () => 0;
  beforeEach(async () => {
    service = await startPushService({ contact, now: () => now() });
  });

  async function start() {
    const started = await setUp({}, (keys) => {
      const clock = { now: () => epochMs(now()) };
      return createWebPush(
        { contact, services: [service.host] },
        { keys, clock, fetch: service.fetch, random: systemRandom },
      );
    });
    const { core, deps } = started;
    now = () => core.clock.now();
    const subscribe = async () => service.subscribe(await started.webPush!.publicKey(1));
    const add = async (address: PushAddress) => {
      await addNotificationDevice(anna, address, deps);
      return address;
    };
    return { ...started, subscribe, add };
  }
  const bodies = () => service.opened.map(({ text }) => JSON.parse(text));

  test('contain only the e-mail’s subject line in the user’s language', async () => {
    const { sent, append, deps, subscribe, add } = await start();
    await add(await subscribe());
    await storeNotificationChoice(anna, { language: 'ar' }, deps);
    await append(events.refused);
    const { subject } = noticeTexts.ar.notices.refused;
    expect(bodies()).toEqual([{ language: 'ar', direction: 'rtl', title: 'Harbour Clinic', body: subject }]);
    expect(subjectsOf(sent)).toEqual([subject]);
    await append({ ...events.refused, subject: 'berta' });
    expect(service.opened).toHaveLength(1);
  });

  test('fall back to e-mail if no browser receives them, even if the user disabled e-mail', async () => {
    const { core, sent, append, deps, subscribe, add } = await start();
    await storeNotificationChoice(anna, { email: false, language: 'en' }, deps);
    await append(events.enrolled);
    expect(sent).toHaveLength(1);
    const { endpoint } = await add(await subscribe());
    await append(events.refused);
    expect([sent.length, service.opened.length]).toEqual([1, 1]);
    service.answer(endpoint, 500);
    await append(events.locked);
    expect(subjectsOf(sent)).toEqual([noticeTexts.en.notices.enrolled.subject, noticeTexts.en.notices.locked.subject]);
    expect(core.log.text()).toMatch(/push notification failed.*delivery_failed/);
    expect(core.log.text()).not.toMatch(/anna|127\.0\.0\.1|send/);
    expect(await readNotificationDevices(anna, deps)).toHaveLength(1);
  });

  test('are kept for the last five browsers of a user, without duplicates, encrypted, for 400 days', async () => {
    const { core, deps, subscribe, add } = await start();
    const added: PushAddress[] = [];
    for (let devices = 0; devices < 7; devices += 1) added.push(await add(await subscribe()));
    await add(added[3]!);
    const kept = await readNotificationDevices(anna, deps);
    expect(kept.map(({ address }) => address)).toEqual([added[2], added[4], added[5], added[6], added[3]]);
    const text = JSON.stringify(await core.state.read('notice-devices:work:anna'));
    for (const { endpoint, p256dh, auth } of added) {
      for (const part of [endpoint, endpoint.split('/').at(-1)!, p256dh, auth]) expect(text).not.toContain(part);
    }
    core.clock.advanceSec(400 * secondsPerDay);
    expect(await readNotificationDevices(anna, deps)).toEqual([]);
    expect(await countNotificationDevices(anna, deps)).toBeNull();
  });

  test('do not use addresses sealed under a retired key or for another user', async () => {
    const { core, deps, subscribe } = await start();
    const first = randomBytes(32);
    const second = randomBytes(32);
    await addNotificationDevice(anna, await subscribe(), { ...deps, keys: createKeysInMemory(first) });
    await addNotificationDevice(anna, await subscribe(), { ...deps, keys: createKeysInMemory(first, second) });
    expect(await readNotificationDevices(anna, { ...deps, keys: createKeysInMemory(first, second) })).toHaveLength(2);
    expect(await readNotificationDevices(anna, { ...deps, keys: createKeysInMemory(null, second) })).toHaveLength(1);
    const value = devicesGuard.parse((await core.state.read('notice-devices:work:anna'))?.value);
    await core.state.write('notice-devices:work:berta', value, { when: 'absent', expiresAt: null });
    await expect(
      readNotificationDevices({ ...anna, subject: 'berta' }, { ...deps, keys: createKeysInMemory(first, second) }),
    ).rejects.toMatchObject({ code: 'state_unavailable' });
  });
});
