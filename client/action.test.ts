import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { type Action, actionGuard, digestAction, isSameAction, toCanonical } from './action.js';

const type = 'facestep_action';
const payment: Action = {
  type,
  title: 'Pay the invoice',
  lines: ['From: Household account', 'On 27 November 2026'],
  amount: { value: '1249.50', currency: 'EUR' },
  payee: 'Harbour Clinic GmbH',
  document: { name: 'invoice.pdf', digest: 'ab'.repeat(32) },
};
const isTaken = (changed: object): boolean => actionGuard.safeParse({ ...payment, ...changed }).success;

describe('an action is accepted', () => {
  test.each<[string, object]>([
    ['with every field', {}],
    ['in Arabic, with marks', { title: 'ادفع الفاتورةَ' }],
    ['with French spaces and a currency sign', { title: 'Payer 12\u00a0€\u202f: « loyer »' }],
    ['with text that looks like markup', { title: '<b>Pay</b> &amp; {{go}}' }],
    ['with the maximum number and length of lines', { lines: Array.from({ length: 10 }, () => 'x'.repeat(120)) }],
    ['with the amount zero', { amount: { value: '0.00', currency: 'EUR' } }],
  ])('%s', (_, changed) => {
    expect(isTaken(changed)).toBe(true);
  });

  test('with a title only', () => {
    expect(actionGuard.safeParse({ type, title: 'Open the gate' }).success).toBe(true);
  });
});

describe('an action is refused', () => {
  test.each<[string, object]>([
    ['of another type', { type: 'payment' }],
    ['with eleven lines', { lines: Array.from({ length: 11 }, () => 'x') }],
    ['with a line that is too long', { lines: ['x'.repeat(121)] }],
    ['with an unknown field', { note: 'and 1000 EUR more' }],
    ['with an unknown field in the amount', { amount: { value: '1.00', currency: 'EUR', fee: '99.00' } }],
    ['with an invalid digest', { document: { name: 'a.pdf', digest: 'AB'.repeat(32) } }],
    ['with a number as the title', { title: 12 }],
  ])('%s', (_, changed) => {
    expect(isTaken(changed)).toBe(false);
  });

  test.each(['NaN', '-1.00', '1e9', '01.00', '1,00', '1 000.00', '١٢', '9'.repeat(13), ''])(
    'with the amount %j',
    (value) => {
      expect(isTaken({ amount: { value, currency: 'EUR' } })).toBe(false);
    },
  );

  test.each([
    ['a line break', 'a\nb'],
    ['a null', 'a\0b'],
    ['an escape', '\u001b[2J'],
    ['a right-to-left override', 'Pay \u202e01 ruoY'],
    ['an Arabic letter mark', 'a\u061cb'],
    ['a zero-width space', 'a\u200bb'],
    ['a line separator', 'a\u2028b'],
    ['an invisible Hangul filler', 'a\u3164b'],
    ['an unpaired surrogate', 'a\ud800b'],
    ['a private-use character', 'a\ue000b'],
    ['a tag character', 'a\u{e0041}b'],
    ['five combining marks on one letter', `a${'\u0301\u0302\u0303\u0304\u0305'}`],
    ['a leading combining mark', '\u0336paid'],
    ['a run of spaces', `Pay 1.00${' '.repeat(40)}EUR`],
    ['a trailing space', 'Pay '],
    ['text that is not in composed form (NFC)', 'Cafe\u0301'],
    ['a blank Braille pattern', 'a\u2800b'],
    ['an object replacement character', 'a\ufffcb'],
    ['another Hangul filler', 'a\u1160b'],
    ['a noncharacter', 'a\u{1fffe}b'],
    ['a combining mark on a space', 'a \u0301b'],
  ])('with %s', (_, text) => {
    expect([isTaken({ title: text }), isTaken({ lines: [text] }), isTaken({ payee: text })]).toEqual([
      false,
      false,
      false,
    ]);
    expect(isTaken({ document: { ...payment.document, name: text } })).toBe(false);
  });
});

test.each(['-', '…', '€', '— · —', '\u2800', '\u{1d159}', '\ufffc', '\u3164', '🙂'])(
  'a text without a letter or digit is refused: %j',
  (text) => {
    const named = [{ title: text }, { payee: text }, { document: { ...payment.document, name: text } }];
    for (const changed of named) expect(isTaken(changed)).toBe(false);
  },
);

describe('the digest', () => {
  test('is SHA-256 of the canonical JSON, independent of the order of the fields', async () => {
    const { title, ...rest } = payment;
    const canonical =
      '{"amount":{"currency":"EUR","value":"1249.50"},"document":{"digest":"' +
      `${'ab'.repeat(32)}","name":"invoice.pdf"},"lines":["From: Household account","On 27 November 2026"],` +
      '"payee":"Harbour Clinic GmbH","title":"Pay the invoice","type":"facestep_action"}';
    expect(toCanonical({ title, ...rest })).toBe(canonical);
    expect(await digestAction({ ...rest, title })).toBe(createHash('sha256').update(canonical).digest('hex'));
  });

  test('escapes only the characters that RFC 8785 escapes', () => {
    expect(toCanonical({ type, title: '€ "\\/<é' })).toBe('{"title":"€ \\"\\\\/<é","type":"facestep_action"}');
  });

  test('differs after a change of any field', async () => {
    const digest = await digestAction(payment);
    const others: Action[] = [
      { ...payment, title: 'Pay the invoices' },
      { ...payment, lines: ['On 27 November 2026', 'From: Household account'] },
      { ...payment, amount: { value: '1249.51', currency: 'EUR' } },
      { ...payment, payee: 'Harbour Clinic' },
      { type, title: payment.title },
    ];
    for (const other of others) {
      expect(await digestAction(other)).not.toBe(digest);
      expect(isSameAction(payment, other)).toBe(false);
    }
    expect(isSameAction(payment, { ...payment })).toBe(true);
  });
});
