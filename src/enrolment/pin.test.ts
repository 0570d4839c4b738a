import { describe, expect, test } from '@jest/globals';
import { isPin, isWeakPin } from './pin.js';

describe('the format of a PIN', () => {
  test.each(['482915', '0482915', '482915073618'])('accepts the PIN %s', (text) => {
    expect(isPin(text)).toBe(true);
  });

  test.each(['', '48291', '4829150736184', '48291a', '48 915', '482915\n', '٤٨٢٩١٥', '-48291', '4829.5'])(
    'refuses the PIN %j',
    (text) => {
      expect(isPin(text)).toBe(false);
    },
  );
});

describe('the strength of a PIN', () => {
  test.each([
    '000000',
    '777777777777',
    '123456',
    '12345678',
    '345678',
    '987654',
    '890123',
    '246802',
    '0987654321',
    '121212',
    '123123',
    '48294829',
    '112233',
    '159753',
    '147258',
  ])('the PIN %s is weak', (pin) => {
    expect(isWeakPin(pin)).toBe(true);
  });

  test.each(['482915', '123457', '111112', '914827', '4829482', '502713948261'])('the PIN %s is not weak', (pin) => {
    expect(isWeakPin(pin)).toBe(false);
  });

  test('between 1,000 and 1,300 of all six-digit PINs are weak', () => {
    const weak = Array.from({ length: 1_000_000 }, (_, pin) => String(pin).padStart(6, '0')).filter(isWeakPin);
    expect(weak.length).toBeLessThan(1_300);
    expect(weak.length).toBeGreaterThan(1_000);
  });
});
