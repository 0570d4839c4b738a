import { expect, test } from '@jest/globals';
import { toCsvLine } from './csv.js';

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1'])('%j is no formula in a spreadsheet', (text) => {
  expect(toCsvLine([text])).toBe(`"'${text}"`);
});

test('cells are quoted, and quotes in them are doubled', () => {
  expect(toCsvLine(['a', 'b,c', 'say "so"', 'two\nlines', ''])).toBe('"a","b,c","say ""so""","two\nlines",""');
});
