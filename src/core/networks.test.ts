import { expect, test } from '@jest/globals';
import { keptNetworkOf, networksOf, toSource } from './networks.js';

test.each([
  ['192.0.2.7', ['192.0.2.7']],
  ['::ffff:192.0.2.7', ['192.0.2.7']],
  ['::ffff:c000:0207', ['192.0.2.7']],
  ['::FFFF:c000:207', ['192.0.2.7']],
  ['0:0:0:0:0:ffff:c000:207', ['192.0.2.7']],
  ['64:ff9b::c000:207', ['192.0.2.7']],
  ['64:ff9b::192.0.2.7', ['192.0.2.7']],
  ['0064:FF9B:0:0:0:0:c000:0207', ['192.0.2.7']],
  ['[64:ff9b::c000:207]:50001', ['192.0.2.7']],
  ['64:ff9b:1::c000:207', ['64:ff9b:1::/48', '64:ff9b:1:0::/56', '64:ff9b:1:0::/64']],
  ['2001:db8:1:abcd::7', ['2001:db8:1::/48', '2001:db8:1:ab00::/56', '2001:db8:1:abcd::/64']],
  ['2001:DB8::1', ['2001:db8:0::/48', '2001:db8:0:0::/56', '2001:db8:0:0::/64']],
  ['fe80::1%eth0', ['fe80:0:0::/48', 'fe80:0:0:0::/56', 'fe80:0:0:0::/64']],
  [undefined, ['']],
])('the address %s is counted under the networks %j', (address, expected) => {
  expect(networksOf(toSource(address)).map(({ name }) => name)).toEqual(expected);
});

test('text that is not an address is counted under that text', () => {
  expect(networksOf('2001:db8:0:0::/64:')).toEqual([{ name: '2001:db8:0:0::/64:', share: 1 }]);
});

test('a wider network has a larger share, at most four times that of the narrowest', () => {
  expect(networksOf('2001:db8:1:abcd::/64').map(({ share }) => share)).toEqual([4, 2, 1]);
});

test('the 65,536 networks of one /48 share one name, and 256 of them the next one', () => {
  const all = Array.from({ length: 65_536 }, (_, network) => networksOf(`2001:db8:1:${network.toString(16)}::/64`));
  const sizes = [0, 1, 2].map((at) => new Set(all.map((networks) => networks[at]?.name)).size);
  expect(sizes).toEqual([1, 256, 65_536]);
});

test.each([
  ['192.0.2.77', '192.0.2.0/24'],
  ['::ffff:192.0.2.77', '192.0.2.0/24'],
  ['2001:DB8:1:abcd:5::7', '2001:db8:1::/48'],
  ['fe80::1%eth0', 'fe80:0:0::/48'],
  ['no address', null],
  [undefined, null],
])('the address %s is stored at most as %s', (address, expected) => {
  expect(keptNetworkOf(toSource(address))).toBe(expected);
});
