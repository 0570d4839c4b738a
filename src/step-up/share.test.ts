import { expect, test } from '@jest/globals';
import type { Assurance } from '../core/connection.js';
import { shareOf } from './record.js';

const recordOf = (assurance: Assurance) => ({ connection: 'work', subject: '00u1', assurance });
const from = (source: string) => recordOf({ kind: 'anonymous', source });

test('a caller is authenticated after a first factor or through the provider, and anonymous otherwise', () => {
  const person = { class: 'known', source: 'person:work:00u1' };
  expect(shareOf(recordOf({ kind: 'vouched' }))).toEqual(person);
  expect(shareOf(recordOf({ kind: 'first_factor' }))).toEqual(person);
  expect(shareOf(from('192.0.2.1'))).toEqual({ class: 'anonymous', source: '192.0.2.1' });
});

test('all networks of one IPv6 site count as one source', () => {
  const shares = ['2001:db8:1:1::/64', '2001:db8:1:ff02::/64'].map((source) => shareOf(from(source)));
  expect(shares).toEqual(Array.from({ length: 2 }, () => ({ class: 'anonymous', source: '2001:db8:1::/48' })));
});
