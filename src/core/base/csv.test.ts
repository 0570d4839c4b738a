import { expect, test } from '@jest/globals';
import { toCsvLine } from './csv.js';

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1'])(
  'the cell %j is written as text and not as a spreadsheet formula',
  (text) => {
    expect(toCsvLine([text])).toBe(`"'${text}"`);
  },
);

test('cells are quoted, and the quotes in cells are doubled', () => {
  expect(toCsvLine(['a', 'b,c', 'say "so"', 'two\nlines', ''])).toBe('"a","b,c","say ""so""","two\nlines",""');
});
