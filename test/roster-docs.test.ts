import { expect, test } from '@jest/globals';
import { greatestFalsePositiveRate, mostTokens } from '../src/core/identify.js';
import { accuracies } from '../src/token/parameters.js';
import { readPage, rowsOf, sectionOf } from './page.js';
import { parameters } from './parameters.js';

test('docs/roster.md says how many people each level carries, as it is refused', () => {
  const rows = rowsOf(sectionOf(readPage('docs/roster.md'), 'How many people'));
  const told = rows.map(([level, promise, most]) => ({ level, promise: Number(promise), most: Number(most) }));
  const carried = accuracies.flatMap((level) => {
    const promise = parameters.current.levels[level].greatestFalseMatchRate ?? 1;
    const most = Math.min(mostTokens, Math.floor(greatestFalsePositiveRate / promise + 1e-9));
    return most === 0 ? [] : [{ level: String(level), promise, most }];
  });
  expect(told).toEqual(carried);
});
