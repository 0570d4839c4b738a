import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { projectRoot } from './paths.js';

/* Each line of SECURITY.md has a row in docs/threat-model.md, and each row names what holds the line. */

const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8');
const security = read('SECURITY.md');
const model = read('docs/threat-model.md');
const sections = ['Lines that are not crossed', 'What is kept, and where', 'What this does not do'] as const;
/** Says what follows, and states nothing itself. */
const introduction =
  'Each has tests that would catch its breach; docs/threat-model.md says which, and who attacks what.';

/** What stands under a heading, up to the next of its depth or above. */
function sectionOf(text: string, heading: string): string {
  const [, depth = '', rest = ''] = new RegExp(`^(#+) ${heading}\\n([\\s\\S]*)`, 'm').exec(text) ?? [];
  return rest.split(new RegExp(`^#{1,${depth.length}} `, 'm'))[0] ?? '';
}

/** Cells of a table, without its head. */
const rowsOf = (text: string): string[][] =>
  [...text.matchAll(/^\|(.*)\|$/gm)]
    .map(([, cells = '']) => cells.split('|').map((cell) => cell.trim()))
    .filter((_, index, all) => index > all.findIndex(([first = '']) => /^-+$/.test(first)));

/** Texts without links and marks, on one line. */
const plain = (text: string): string =>
  text
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*]/g, '')
    .replace(/\s+/g, ' ')
    .trim();

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

interface Reference {
  readonly path: string;
  readonly titles: readonly string[];
}
const referencesIn = (text: string): Reference[] =>
  [...text.matchAll(/`((?:src|test|adapters|attacks|eval|client|bench|faults)\/[\w./-]+)`((?:,? "[^"]+")*)/g)].map(
    ([, path = '', titles = '']) => ({
      path,
      titles: [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title),
    }),
  );
const commandsIn = (text: string): string[] =>
  [...text.matchAll(/`npm run ([^`]+)`/g)].map(([, command = '']) => command);
const linksIn = (text: string): string[] => [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link);

/** A title as a test has it: a text of its own, or what follows a name that is put in. */
function hasTitle(path: string, title: string): boolean {
  const text = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?:['"\`]|: )${text}['"\`]`).test(read(path));
}

const slugOf = (heading: string): string =>
  plain(heading)
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');
/** @param from - the folder of the page that links */
function isThere(link: string, from: string): boolean {
  const [path = '', anchor] = link.split('#');
  const file = join(projectRoot, from, path);
  if (!existsSync(file)) return false;
  const headings = () =>
    [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => slugOf(heading));
  return anchor === undefined || headings().includes(anchor);
}

describe.each(sections)('%s', (heading) => {
  const lines = linesOf(sectionOf(security, heading));
  const rows = rowsOf(sectionOf(model, heading));

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

test('every file, title, command and page that the threat model names is there', () => {
  for (const { path, titles } of referencesIn(model)) {
    expect({ path, isThere: existsSync(join(projectRoot, path)) }).toEqual({ path, isThere: true });
    for (const title of titles)
      expect({ path, title, isThere: hasTitle(path, title) }).toEqual({ path, title, isThere: true });
  }
  const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json')));
  for (const command of commandsIn(model)) {
    const [script = '', , name] = command.split(' ');
    expect(Object.keys(scripts)).toContain(script);
    const [list = ''] = [`evidence/${script}/registry.ts`, `evidence/${script}/${script}.ts`].filter((path) =>
      existsSync(join(projectRoot, path)),
    );
    if (name !== undefined) expect(read(list)).toMatch(new RegExp(`^  '?${name}'?[:,]`, 'm'));
  }
  for (const link of linksIn(model)) expect({ link, isThere: isThere(link, 'docs') }).toEqual({ link, isThere: true });
});

test('every file and page that SECURITY.md names is there', () => {
  for (const { path } of referencesIn(security))
    expect({ path, isThere: existsSync(join(projectRoot, path)) }).toEqual({ path, isThere: true });
  for (const link of linksIn(security)) expect({ link, isThere: isThere(link, '.') }).toEqual({ link, isThere: true });
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
