import { expect, test } from '@jest/globals';
import { type StepUpRecord, shareOf } from './record.js';

const recordOf = (change: Partial<StepUpRecord>) =>
  ({
    connection: 'work',
    subject: '00u1',
    proved: false,
    isSentByProvider: false,
    source: '192.0.2.1',
    ...change,
  }) as StepUpRecord;

test('a caller is authenticated after a first factor or through the provider, and anonymous otherwise', () => {
  const person = { class: 'known', source: 'person:work:00u1' };
  expect(shareOf(recordOf({ proved: true }))).toEqual(person);
  expect(shareOf(recordOf({ isSentByProvider: true }))).toEqual(person);
  expect(shareOf(recordOf({}))).toEqual({ class: 'anonymous', source: '192.0.2.1' });
});

test('all networks of one IPv6 site count as one source', () => {
  const shares = ['2001:db8:1:1::/64', '2001:db8:1:ff02::/64'].map((source) => shareOf(recordOf({ source })));
  expect(shares).toEqual(Array.from({ length: 2 }, () => ({ class: 'anonymous', source: '2001:db8:1::/48' })));
});
