import { describe, expect, test } from '@jest/globals';
import { deadLinksIn, missingReferencesIn, readPage, referencesIn, rowsOf } from './page.js';

/* The pages on compliance name a test for each measure: it exists under that title, and no line claims more than it can show. */

const page = readPage('docs/compliance.md');
const texts = ['gdpr', 'bipa', 'ccpa', 'soc-2', 'iso-27001', 'nist-800-63'];
const pageOf = (text: string): string => readPage(`docs/compliance/${text}.md`);
const all = [page, ...texts.map(pageOf)].join('\n');

test('every test and file that the pages name is there', () => {
  expect(referencesIn(all).length).toBeGreaterThan(70);
  expect(missingReferencesIn(all)).toEqual([]);
});

describe.each(texts)('%s', (text) => {
  const rows = rowsOf(pageOf(text));

  test('every line has a requirement, what helps, what shows it, and what the organisation adds', () => {
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.filter((cells) => cells.length !== 4)).toEqual([]);
  });

  test('what helps is shown by a test or a page; where it is not, the organisation’s part says what is left', () => {
    const isShown = (shown: string): boolean => referencesIn(shown).length > 0 || /\]\(|^as GDPR$/.test(shown);
    const bare = rows.filter(
      ([, helps = '', shown = '', adds = '']) => !isShown(shown) && !(helps !== '' && adds !== ''),
    );
    expect(bare).toEqual([]);
  });
});

test('it says that it is no legal advice and that it is not certified, and promises nothing', () => {
  expect(page).toMatch(/no legal advice/);
  expect(page).toMatch(/facestep is not certified/);
  expect(all).not.toMatch(/irreversible|unhackable|no biometric data|fully compliant|guarantee/i);
});

test('every page that the impact assessment names is there', () => {
  const assessment = readPage('docs/compliance/dpia.md');
  expect(deadLinksIn(assessment, 'docs/compliance')).toEqual([]);
  expect(assessment).toMatch(/No legal advice/);
});
