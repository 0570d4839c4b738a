import { expect, test } from '@jest/globals';
import { contactCodesGuard } from './schema.js';

const takes = (country: string): boolean => contactCodesGuard.safeParse({ countries: [country] }).success;

test.each(['1', '1212', '4915', '351', '971'])('the calling code %s is accepted', (country) => {
  expect(takes(country)).toBe(true);
});

test.each(['', '+49', '049', '4', '35', '97', '49151123456', '٤٩'])(
  'the text "%s", which is not the calling code of one country, is refused',
  (country) => {
    expect(takes(country)).toBe(false);
  },
);
