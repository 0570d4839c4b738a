import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { toSource } from '../core/limits/source.js';
import { noteSource, sourceOf } from './source.js';

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['1::2:3:4:5:6:7', '1:0:2:3::/64'],
  ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
  ['203.0.113.7:50001', '203.0.113.7'],
  ['[2001:db8:1:2::7]:50001', '2001:db8:1:2::/64'],
  ['[2001:db8:1:2::7]', '2001:db8:1:2::/64'],
  [undefined, ''],
])('%s is counted as %s', (address, expected) => {
  expect(toSource(address)).toBe(expected);
});

test('of one network all addresses are one source, and of two networks none are', () => {
  const networks = [0, 1].map((network) =>
    Array.from({ length: 20 }, (_, host) => toSource(`2001:db8:0:${network}::${host.toString(16)}`)),
  );
  expect(new Set(networks[0]).size).toBe(1);
  expect(new Set(networks.flat()).size).toBe(2);
});

test.each([
  [0, '192.0.2.1'],
  [1, '198.51.100.2'],
  [2, '2001:db8:0:0::/64'],
  // A proxy fewer than was said: the first of whom anybody tells.
  [3, '2001:db8:0:0::/64'],
])('behind %s proxies a request is of %s', (hops, expected) => {
  const socket = Object.defineProperty(new Socket(), 'remoteAddress', { value: '192.0.2.1' });
  const request = new IncomingMessage(socket);
  request.headers['x-forwarded-for'] = '2001:db8::9, 198.51.100.2';
  expect(sourceOf(request)).toBe('192.0.2.1');
  expect([noteSource(request, hops), sourceOf(request)]).toEqual([expected, expected]);
});
