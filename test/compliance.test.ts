import { describe, expect, test } from '@jest/globals';
import { deadLinksIn, missingReferencesIn, readPage, referencesIn, rowsOf, sectionOf } from './page.js';

/* docs/compliance.md names a test for what it says helps: each is there under that title, and no line claims more than it can show. */

const page = readPage('docs/compliance.md');
const texts = ['GDPR', 'BIPA', 'CCPA and CPRA', 'SOC 2', 'ISO/IEC 27001', 'NIST SP 800-63-4'];

test('every test, file and page that it names is there', () => {
  expect(referencesIn(page).length).toBeGreaterThan(80);
  expect(missingReferencesIn(page)).toEqual([]);
  expect(deadLinksIn(page, 'docs')).toEqual([]);
});

describe.each(texts)('%s', (heading) => {
  const rows = rowsOf(sectionOf(page, heading));

  test('every line has a requirement, what helps, what shows it, and what the organisation adds', () => {
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.filter((cells) => cells.length !== 4)).toEqual([]);
  });

  test('what helps is shown by a test or a page; where it is not, the organisation’s part says what is left', () => {
    const isShown = (shown: string): boolean => referencesIn(shown).length > 0 || /\]\(|^as GDPR above$/.test(shown);
    const bare = rows.filter(
      ([, helps = '', shown = '', adds = '']) => !isShown(shown) && !(helps !== '' && adds !== ''),
    );
    expect(bare).toEqual([]);
  });
});

test('it says that it is no legal advice and that nobody has certified it, and promises nothing', () => {
  expect(page).toMatch(/no legal advice/);
  expect(page).toMatch(/Nobody has certified facestep/);
  expect(page).not.toMatch(/irreversible|unhackable|no biometric data|fully compliant|guarantee/i);
});

test('every page that the impact assessment names is there', () => {
  const assessment = readPage('docs/compliance/dpia.md');
  expect(deadLinksIn(assessment, 'docs/compliance')).toEqual([]);
  expect(assessment).toMatch(/No legal advice/);
});
