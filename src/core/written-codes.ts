import { toPlainDigits } from './plain-digits.js';
import type { Random } from './ports.js';
import { Credential } from './secrets.js';

/*
 * Codes to write on paper or read out on the phone: 60 random bits in Crockford's base 32, which has no ambiguous
 * characters.
 */

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const characters = 12;

/** Draws a code in groups of four: `4T9K-0ZQM-7WXC`. */
export function drawWrittenCode(random: Random): Credential {
  const drawn = Array.from(random(characters), (byte) => alphabet[byte % alphabet.length] ?? '').join('');
  return new Credential(drawn.replace(/.{4}(?=.)/g, '$&-'));
}

/** Returns the digits and capital letters of any code that a person typed, without separators. */
export const toPlainCode = (typed: string): string =>
  toPlainDigits(typed)
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '');

export const toCompared = (code: Credential): string =>
  code.use((text) => toPlainCode(text).replace(/O/g, '0').replace(/[IL]/g, '1'));
