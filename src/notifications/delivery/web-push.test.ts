import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { createKeysInMemory } from '../../../support/fakes/keys.js';
import { systemRandom } from '../../../support/fakes/sinks.js';
import { type PushServiceSimulator, startPushService } from '../../../support/servers/push-service.js';
import { createManualClock } from '../../../test/contract/state.js';
import type { Fetch } from '../../core/ports.js';
import { createWebPush } from './web-push.js';

const contact = 'mailto:security@example.com';
const first = randomBytes(32);
const second = randomBytes(32);
const clock = createManualClock(Date.now());
let service: PushServiceSimulator;
beforeEach(async () => {
  service = await startPushService({ contact, now: () => clock.now() });
});

/** Counts what is called, so that what is refused can be told from what is not tried. */
function open(services: readonly string[], keys = createKeysInMemory(first, second)) {
  const called: string[] = [];
  const fetch: Fetch = (url, init) => {
    called.push(url);
    return service.fetch(url, init);
  };
  return {
    called,
    push: createWebPush({ contact, services: [...services] }, { keys, fetch, clock, random: systemRandom }),
  };
}

test('a browser verifies and decrypts a push message of this server', async () => {
  const { push } = open([service.host]);
  const address = service.subscribe(await push.publicKey(2));
  expect(push.takes(address)).toBe(true);
  expect(await push.send(address, '{"body":"Grüße, 你好"}', 2)).toBe('sent');
  expect(service.opened).toMatchObject([
    { endpoint: address.endpoint, text: '{"body":"Grüße, 你好"}', ttlSec: 86_400 },
  ]);
  expect(service.refused).toEqual([]);
});

test('all messages have the same encrypted length, regardless of their text', async () => {
  const { push } = open([service.host]);
  const address = service.subscribe(await push.publicKey(2));
  for (const text of ['a', 'ä'.repeat(900), 'a']) await push.send(address, text, 2);
  expect(new Set(service.opened.map(({ bytes }) => bytes)).size).toBe(1);
  expect(service.opened.map(({ text }) => text)).toEqual(['a', 'ä'.repeat(900), 'a']);
});

test('the push key is derived from the sealing key version: equal on all replicas, different per version', async () => {
  const { push } = open([service.host]);
  const { push: replica } = open([service.host], createKeysInMemory(first, second));
  expect(await replica.publicKey(1)).toBe(await push.publicKey(1));
  expect(await push.publicKey(1)).not.toBe(await push.publicKey(2));
  const address = service.subscribe(await push.publicKey(1));
  expect(await replica.send(address, 'x', 1)).toBe('sent');
  await expect(push.send(address, 'x', 2)).rejects.toMatchObject({ code: 'delivery_failed' });
  expect(service.refused).toEqual(['another server']);
  const { push: later } = open([service.host], createKeysInMemory(null, second));
  await expect(later.send(address, 'x', 1)).rejects.toMatchObject({ code: 'token_key_retired' });
});

test.each([404, 410])('the status %i means that the subscription no longer exists', async (status) => {
  const { push } = open([service.host]);
  const address = service.subscribe(await push.publicKey(2));
  service.answer(address.endpoint, status);
  expect(await push.send(address, 'x', 2)).toBe('gone');
});

test.each([400, 500, 307])('the status %i is delivery_failed, and redirects are not followed', async (status) => {
  const { push, called } = open([service.host]);
  const address = service.subscribe(await push.publicKey(2));
  service.answer(address.endpoint, status);
  const error: unknown = await push.send(address, 'x', 2).catch((thrown) => thrown);
  expect(error).toMatchObject({ code: 'delivery_failed', detail: { channel: 'web push', status } });
  expect(called).toEqual([address.endpoint]);
});

describe('the address of a push subscription', () => {
  const services = ['push.example.com', '*.notify.example.com', 'own.example.com:8443'];
  test.each([
    'http://push.example.com/x',
    'https://push.example.com.evil.test/x',
    'https://evil.test#push.example.com',
    'https://user:password@push.example.com/x',
    'https://push.example.com@evil.test/x',
    'https://push.example.com:8080/x',
    'https://notify.example.com/x',
    'https://evilnotify.example.com/x',
    'https://own.example.com/x',
    'https://127.0.0.1/x',
    'https://169.254.169.254/latest/meta-data',
    'file:///etc/passwd',
  ])('is refused and never called if it is not of a configured service: %s', async (endpoint) => {
    const { push, called } = open(services);
    const address = { ...service.subscribe(await push.publicKey(2)), endpoint };
    expect(push.takes(address)).toBe(false);
    await expect(push.send(address, 'x', 2)).rejects.toMatchObject({ code: 'delivery_failed' });
    expect(called).toEqual([]);
  });
  test.each(['https://push.example.com/x?y=1', 'https://am3p.notify.example.com/x', 'https://own.example.com:8443/x'])(
    'is accepted if it is of a configured service: %s',
    async (endpoint) => {
      const { push } = open(services);
      expect(push.takes({ ...service.subscribe(await push.publicKey(2)), endpoint })).toBe(true);
    },
  );
});

test('a browser key that is not a point on the curve is refused', async () => {
  const { push } = open([service.host]);
  const address = service.subscribe(await push.publicKey(2));
  const point = Buffer.from(address.p256dh, 'base64url');
  point.writeUInt8(point.readUInt8(64) ^ 1, 64);
  expect(push.takes({ ...address, p256dh: point.toString('base64url') })).toBe(false);
});
