import { expect, test } from '@jest/globals';
import { hasMixedScripts } from './action.js';

const type = 'facestep_action';
const digest = 'ab'.repeat(32);

test.each(['pаypal', 'Ηarbour', 'Pay Аcme 12', 'ＡСＭＥ', 'pay-pаl.com', 'Ꭺcme', 'ᎪСМЕ', 'عربيа'])(
  'a word that mixes scripts is detected: %s',
  (text) => {
    expect(hasMixedScripts({ type, title: text })).toBe(true);
    expect(hasMixedScripts({ type, title: 'Pay', lines: ['From', text] })).toBe(true);
    expect(hasMixedScripts({ type, title: 'Pay', payee: text })).toBe(true);
    expect(hasMixedScripts({ type, title: 'Pay', document: { name: text, digest } })).toBe(true);
  },
);

test.each([
  'Harbour Clinic GmbH',
  'SMS-код',
  'Tシャツを購入',
  '삼성SDS',
  '微信Pay',
  'فاتورة ٢٠٢٦',
  'נמל',
  'हार्बर',
  'ราคา',
  'ᎠᎡᎢ',
  'コーヒー',
  '1249.50 €',
  'a\u0304\u0301',
  '𝐀𝐜𝐦𝐞',
  '𐌀𐌁',
])('a word of one script or of a combination used in Japanese, Korean or Chinese is accepted: %s', (text) => {
  expect(hasMixedScripts({ type, title: text, payee: text })).toBe(false);
});
