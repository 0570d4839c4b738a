import { expect, test } from '@jest/globals';
import { itemBytes } from './dynamodb-meter.js';

test('an item is billed as its names, its values and 100 bytes', () => {
  const item = { pk: { S: 'r:é' }, revision: { N: '12345' } };
  expect(itemBytes(item)).toBe(100 + (2 + 4) + (8 + 4));
});

test('an item of the index is billed twice', () => {
  const item = { pk: { S: 'l' }, ls: { S: 's' } };
  expect(itemBytes({ ...item, lp: { S: 'p' } })).toBe(2 * (itemBytes(item) + 3));
});
