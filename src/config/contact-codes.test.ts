import { expect, test } from '@jest/globals';
import { contactCodesGuard } from './contact-codes.js';

const takes = (country: string): boolean => contactCodesGuard.safeParse({ countries: [country] }).success;

test.each(['1', '1212', '7', '49', '4915', '351', '420', '971', '20'])('a calling code is taken: %s', (country) => {
  expect(takes(country)).toBe(true);
});

test.each(['', '+49', '0', '049', '4', '3', '35', '42', '2', '21', '97', '49151123456', '49 ', '٤٩'])(
  'what names no country is refused: "%s"',
  (country) => {
    expect(takes(country)).toBe(false);
  },
);

test('no country is listed unless configured', () => {
  expect(contactCodesGuard.parse({})).toEqual({ countries: [] });
});
