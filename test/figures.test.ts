import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { countFigures, writeFigures } from '../evidence/accuracy/stored-figures.js';
import { listPages, readPage } from './page.js';
import { projectRoot } from './paths.js';

/* Figures in the documents are those of the stored results that they name: `node scripts/figures.mjs` writes them anew. */

const readStored = (file: string): unknown => JSON.parse(readFileSync(join(projectRoot, 'docs', file), 'utf8'));
const marked = listPages().filter((page) => /<!-- [\w/-]+\.json /.test(readPage(page)));

test('there are pages with such figures', () => {
  expect(marked).toEqual(
    expect.arrayContaining(['README.md', 'docs/accuracy.md', 'docs/compliance/nist-800-63.md', 'docs/install.md']),
  );
});

test.each(marked)('%s', (page) => {
  const text = readPage(page);
  expect(countFigures(text)).toBe(text.match(/<!-- [\w/-]+\.json /g)?.length);
  expect(text).toBe(writeFigures(text, readStored));
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
