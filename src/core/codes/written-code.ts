import { Credential } from '../concealed.js';
import type { Random } from '../ports.js';

/*
 * A code that somebody keeps on paper or hears on the telephone: 60 random bits as twelve letters and digits, without those
 * that are taken for one another (Crockford's base 32).
 */

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const characters = 12;

/** Draws one, in groups of four: `4T9K-0ZQM-7WXC`. */
export function drawWrittenCode(random: Random): Credential {
  const drawn = Array.from(random(characters), (byte) => alphabet[byte % alphabet.length] ?? '').join('');
  return new Credential(drawn.replace(/.{4}(?=.)/g, '$&-'));
}

/** As it is compared: in capitals, without what stands between, and with what was taken for another character put right. */
export const toCompared = (code: Credential): string =>
  code.use((text) =>
    text
      .toUpperCase()
      .replace(/[^0-9A-Z]/g, '')
      .replace(/O/g, '0')
      .replace(/[IL]/g, '1'),
  );
