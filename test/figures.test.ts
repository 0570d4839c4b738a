import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { percent, range, share } from '../evidence/accuracy/markdown.js';
import { countFigures, writeFigures } from '../evidence/accuracy/stored-figures.js';
import type { Interval } from '../evidence/statistics/bootstrap.js';
import { listPages, readPage } from './page.js';
import { projectRoot } from './paths.js';

/* Figures in the documents are those of the stored results that they name: `node scripts/figures.mjs` writes them anew. */

const interval = z.tuple([z.number(), z.number()]);
const rates = z.object({ fmr: z.number(), fmrInterval: interval, fnmr: z.number(), fnmrInterval: interval });
const readStored = (file: string): unknown => JSON.parse(readFileSync(join(projectRoot, 'docs', file), 'utf8'));
const marked = listPages().filter((page) => /<!-- [\w/-]+\.json /.test(readPage(page)));

test('there are pages with such figures', () => {
  expect(marked).toEqual(
    expect.arrayContaining(['README.md', 'docs/accuracy.md', 'docs/compliance.md', 'docs/install.md']),
  );
});

test.each(marked)('%s', (page) => {
  const text = readPage(page);
  expect(countFigures(text)).toBe(text.match(/<!-- [\w/-]+\.json /g)?.length);
  expect(text).toBe(writeFigures(text, readStored));
});

test('the error rates of docs/token-format.md are those of docs/accuracy/accuracy.json', () => {
  const between = (interval: Interval, write: (rate: number) => string) =>
    `(${range(interval, write).replace(' – ', '–').replace(' %', '')})`;
  const { multi } = z
    .object({ multi: z.record(z.string(), z.record(z.string(), rates)) })
    .parse(readStored('accuracy/accuracy.json'));
  const rows = Object.entries(multi).map(([level, of]) => {
    const cells = ['1x1', '3x1'].flatMap((photos) => {
      const { fmr, fmrInterval, fnmr, fnmrInterval } = of[photos]!;
      return [`${share(fmr)} ${between(fmrInterval, share)}`, `${percent(fnmr)} ${between(fnmrInterval, percent)}`];
    });
    const { fnmr, fnmrInterval } = of['3x3']!;
    return `| ${[level, ...cells, `${percent(fnmr)} ${between(fnmrInterval, percent)}`].join(' | ')} |`;
  });
  expect(rows).toHaveLength(8);
  for (const row of rows) expect(readPage('docs/token-format.md')).toContain(row);
});

test('a figure that differs is written anew, and one that is not stored is refused', () => {
  const write = (text: string) =>
    writeFigures(text, () => ({
      rates: { one: 0.0692, between: [0, 0.0000412] },
      attacks: { hits: 3, trials: 40, interval: [0.026, 0.199] },
      people: { passed: 0, of: 193, people: 14, interval: [0, 0.232] },
    }));
  expect(write('is <!-- a.json rates.one percent -->7 %<!-- / -->.')).toBe(
    'is <!-- a.json rates.one percent -->6.92 %<!-- / -->.',
  );
  expect(write('<!-- a.json rates.between share-range --><!-- / -->')).toContain('-->0 to 4.1e-5<!--');
  expect(write('<!-- a.json attacks counts --><!-- / -->')).toContain('-->3 of 40<!--');
  expect(write('<!-- a.json attacks counts-range --><!-- / -->')).toContain('-->3 of 40 (2.6 to 20 %)<!--');
  expect(write('<!-- a.json people counts-range --><!-- / -->')).toContain('-->0 of 193 (0 to 23 %)<!--');
  expect(() => write('<!-- a.json rates.two percent -->7 %<!-- / -->')).toThrow('nothing at rates.two');
  expect(() => write('<!-- a.json rates.between percent -->7 %<!-- / -->')).toThrow();
  expect(() => write('<!-- a.json rates.one best -->7 %<!-- / -->')).toThrow('written as best');
});
