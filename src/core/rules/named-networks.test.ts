import { describe, expect, test } from '@jest/globals';
import { toSource } from '../networks.js';
import { createFindNetworks, parseRange } from './named-networks.js';

describe('a network', () => {
  test.each([
    ['an IPv4 range', '10.0.0.0/8', ['10.0.0.0', '10.255.255.255', '10.1.2.3:443'], ['9.255.255.255', '11.0.0.0']],
    ['an IPv4 range with bits after its prefix', '10.1.2.3/24', ['10.1.2.0', '10.1.2.255'], ['10.1.1.255', '10.1.3.0']],
    ['an IPv4 address', '203.0.113.7', ['203.0.113.7'], ['203.0.113.6', '203.0.113.8']],
    [
      'every IPv4 address',
      '0.0.0.0/0',
      ['10.0.0.1', '255.255.255.255', '::ffff:10.0.0.1', '::ffff:a00:1', '64:ff9b::a00:1'],
      ['::1', '2001:db8::1'],
    ],
    [
      'an IPv6 range of /64',
      '2001:db8:0:1::/64',
      ['2001:db8:0:1::', '2001:db8:0:1:ffff:ffff:ffff:ffff', '[2001:db8:0:1::5]:443'],
      ['2001:db8::', '2001:db8:0:2::'],
    ],
    ['a wide IPv6 range', '2001:db8::/32', ['2001:db8::1', '2001:DB8:ffff:ffff::1'], ['2001:db7:ffff::', '2001:db9::']],
    // A list of Node that has ::/0 also contains IPv4.
    ['every IPv6 address', '::/0', ['::1', '2001:db8::1'], ['10.0.0.1', '::ffff:10.0.0.1']],
    ['the first /64 of IPv6', '::/64', ['::1'], ['10.0.0.1', '::ffff:10.0.0.1']],
  ])('that is %s contains exactly its addresses', (_name, range, inside, outside) => {
    const find = createFindNetworks({ office: [range] });
    const isInside = (address: string): boolean => find(toSource(address))?.has('office') === true;
    expect(inside.filter((address) => !isInside(address))).toEqual([]);
    expect(outside.filter(isInside)).toEqual([]);
  });

  test('is found by each of its ranges, next to other networks with the same address', () => {
    const find = createFindNetworks({
      office: ['192.0.2.0/24', '2001:db8::/32'],
      vpn: ['198.51.100.0/24'],
      site: ['192.0.0.0/8'],
    });
    expect(find(toSource('192.0.2.7'))).toEqual(new Set(['office', 'site']));
    expect(find(toSource('2001:db8::7'))).toEqual(new Set(['office']));
    expect(find(toSource('203.0.113.7'))).toEqual(new Set());
  });

  test.each(['', 'unknown', '10.0.0', 'office.example'])('is not known for the text "%s"', (text) => {
    const find = createFindNetworks({ all: ['0.0.0.0/0', '::/0'] });
    expect(find(toSource(text))).toBeNull();
  });
});

test.each([
  ['10.0.0.0/33'],
  ['10.0.0.0/'],
  ['10.0.0.0/-1'],
  ['10.0.0.0/1e1'],
  ['10.0.0.0/8/8'],
  ['10.0.0'],
  ['010.0.0.1'],
  [' 10.0.0.1'],
  ['/8'],
  [''],
  ['office.example'],
  ['2001:db8::1'],
  ['2001:db8::/65'],
  ['2001:db8::/128'],
  ['fe80::1%eth0/64'],
  ['::ffff:10.0.0.1'],
  ['::ffff:10.0.0.0/64'],
  ['::ffff:a00:0/64'],
  ['64:ff9b::a00:0/64'],
])('the text "%s" is no range', (text) => {
  expect(parseRange(text)).toBeNull();
});
