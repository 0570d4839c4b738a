import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { countFigures, writeFigures } from '../evidence/accuracy/stored-figures.js';
import { listPages, readPage } from '../support/benches/page.js';
import { projectRoot } from '../support/run/paths.js';

/* Figures in the documents are those of the stored results that they name: `node scripts/figures.mjs` writes them again. */

const readStored = (file: string): unknown => JSON.parse(readFileSync(join(projectRoot, 'docs', file), 'utf8'));
const marked = listPages().filter((page) => /<!-- [\w/-]+\.json /.test(readPage(page)));

test('pages with generated figures exist', () => {
  expect(marked).toEqual(
    expect.arrayContaining(['README.md', 'docs/accuracy.md', 'docs/compliance/nist-800-63.md', 'docs/install.md']),
  );
});

test.each(marked)('the figures in %s equal the stored results', (page) => {
  const text = readPage(page);
  expect(countFigures(text)).toBe(text.match(/<!-- [\w/-]+\.json /g)?.length);
  expect(text).toBe(writeFigures(text, readStored));
});
