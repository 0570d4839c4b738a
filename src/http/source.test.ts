import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { toSource } from '../core/networks.js';
import { noteSource, sourceOf } from './access-log.js';

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::192.0.2.7', '192.0.2.7'],
  ['203.0.113.7:50001', '203.0.113.7'],
  ['[2001:db8:1:2::7]:50001', '2001:db8:1:2::/64'],
  [undefined, ''],
])('the address %s is counted as source %s', (address, expected) => {
  expect(toSource(address)).toBe(expected);
});

test.each([
  [0, '192.0.2.1'],
  [1, '198.51.100.2'],
  [2, '2001:db8:0:0::/64'],
  // A proxy fewer than was said: the first of whom anybody tells.
  [3, '2001:db8:0:0::/64'],
])('behind %s proxies the source of a request is %s', (hops, expected) => {
  const socket = Object.defineProperty(new Socket(), 'remoteAddress', { value: '192.0.2.1' });
  const request = new IncomingMessage(socket);
  request.headers['x-forwarded-for'] = '2001:db8::9, 198.51.100.2';
  expect(sourceOf(request)).toBe('192.0.2.1');
  expect([noteSource(request, hops), sourceOf(request)]).toEqual([expected, expected]);
});
