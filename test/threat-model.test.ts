import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { deadLinksIn, missingReferencesIn, plain, readPage, referencesIn, rowsOf, sectionOf } from './page.js';
import { projectRoot } from './paths.js';

/* Each line of SECURITY.md and docs/known-limits.md has a row in docs/security-tests.md, and each row names the tests that hold the line. */

const security = readPage('SECURITY.md');
const knownLimits = readPage('docs/known-limits.md');
const rowsOfTests = readPage('docs/security-tests.md');
const model = readPage('docs/threat-model.md');
const sections = ['Lines that are not crossed', 'What is kept, and where', 'What this does not do'] as const;
/** Introduces the lines and states nothing itself. */
const introduction =
  'Each line has tests that would catch its breach: docs/security-tests.md. Attackers and assets: docs/threat-model.md. What facestep does not stop: docs/known-limits.md.';

/** Rows of tables by their first cell, items of lists, and paragraphs: each is a line. */
function linesOf(section: string): string[] {
  const blocks = section.split(/\n(?=\s*\n|- |\d+\. )/).map((block) => block.trim());
  const texts = blocks.flatMap((block) =>
    block.startsWith('|') ? rowsOf(block).map(([first = '']) => first) : [block],
  );
  return texts.map((text) => plain(text.replace(/^- /, ''))).filter((text) => text !== '' && text !== introduction);
}

/** A row is that of the line with its number, or with its first words. */
function isOf(row: string, line: string): boolean {
  const [number] = /^\d+\. /.exec(row) ?? [];
  return line.startsWith(number ?? plain(row));
}

const commandsIn = (text: string): string[] =>
  [...text.matchAll(/`npm run ([^`]+)`/g)].map(([, command = '']) => command);
describe.each(sections)('%s', (heading) => {
  const lines = linesOf(sectionOf(heading === 'What this does not do' ? knownLimits : security, heading));
  const rows = rowsOf(sectionOf(rowsOfTests, heading));

  test('each line has one row, and each row one line', () => {
    expect(lines.length).toBeGreaterThan(5);
    const rowsOfLine = lines.map((line) => ({ line, rows: rows.filter(([first = '']) => isOf(first, line)).length }));
    expect(rowsOfLine.filter((each) => each.rows !== 1)).toEqual([]);
    const linesOfRow = rows.map(([row = '']) => ({ row, lines: lines.filter((line) => isOf(row, line)).length }));
    expect(linesOfRow.filter((each) => each.lines !== 1)).toEqual([]);
  });

  test('each row names a test, or what measures it', () => {
    const isHeld = (text: string): boolean =>
      referencesIn(text).some(({ path }) => path.startsWith('test/') || path.endsWith('.test.ts')) ||
      (heading === 'What this does not do' && commandsIn(text).length > 0);
    expect(rows.filter(([, held = '']) => !isHeld(held))).toEqual([]);
  });
});

test.each([
  ['docs/security-tests.md', rowsOfTests],
  ['docs/threat-model.md', model],
])('every file, title, command and page that %s names is there', (_, page) => {
  expect(missingReferencesIn(page)).toEqual([]);
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readPage('package.json')));
  for (const command of commandsIn(page)) {
    const [script = '', , name] = command.split(' ');
    expect(Object.keys(scripts)).toContain(script);
    const [list = ''] = [`evidence/${script}/registry.ts`, `evidence/${script}/${script}.ts`].filter((path) =>
      existsSync(join(projectRoot, path)),
    );
    if (name !== undefined) expect(readPage(list)).toMatch(new RegExp(`^  '?${name}'?[:,]`, 'm'));
  }
  expect(deadLinksIn(page, 'docs')).toEqual([]);
});

test('every file and page that SECURITY.md names is there', () => {
  expect(missingReferencesIn(security)).toEqual([]);
  expect(missingReferencesIn(knownLimits)).toEqual([]);
  expect(deadLinksIn(security, '.')).toEqual([]);
});

test('lines that are named by their number are there', () => {
  const numbers = [...sectionOf(model, 'Who attacks').matchAll(/\blines? ([\d, and]+)/g)].flatMap(
    ([, list = '']) => list.match(/\d+/g) ?? [],
  );
  const numbered = [...sectionOf(security, 'Lines that are not crossed').matchAll(/^(\d+)\. /gm)].map(
    ([, number]) => number,
  );
  expect(numbers.length).toBeGreaterThan(5);
  expect(numbered).toEqual(expect.arrayContaining(numbers));
});
