import { expect, test } from '@jest/globals';
import { contactCodesGuard } from './schema.js';

const takes = (country: string): boolean => contactCodesGuard.safeParse({ countries: [country] }).success;

test.each(['1', '1212', '4915', '351', '971'])('a calling code is taken: %s', (country) => {
  expect(takes(country)).toBe(true);
});

test.each(['', '+49', '049', '4', '35', '97', '49151123456', '٤٩'])(
  'what names no country is refused: "%s"',
  (country) => {
    expect(takes(country)).toBe(false);
  },
);
