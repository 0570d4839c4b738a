import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { createReceiptVerifier } from '../client/index.js';
import { renderPages } from '../scripts/reference/pages.js';
import { commandRefusals } from '../src/cli/command-error.js';
import { errorAdvice } from '../src/cli/failure-text.js';
import { keysGuard } from '../src/config/keys.js';
import { faceErrorCodes } from '../src/errors.js';
import { greatestFalsePositiveRate, mostTokens } from '../src/extensions/roster/identify.js';
import { accuracies } from '../src/face/token/parameters.js';
import {
  blocksOf,
  deadLinksIn,
  listPages,
  missingReferencesIn,
  plain,
  readPage,
  referencesIn,
  rowsOf,
  sectionOf,
} from '../support/benches/page.js';
import { parameters } from '../support/data/parameters.js';
import { projectRoot } from '../support/run/paths.js';

/* What the pages say of themselves, of the tests and of the product. */

const jsonIn = (page: string) => blocksOf(readPage(page), 'json').map((text) => JSON.parse(text));
const pages = listPages();

test.each(pages)('every page, heading, file and test that %s references exists', (page) => {
  const text = readPage(page);
  expect(deadLinksIn(text, dirname(page))).toEqual([]);
  if (page !== 'CHANGELOG.md') expect(missingReferencesIn(text)).toEqual([]);
});

test('docs/README.md lists every hand-written page', () => {
  const contents = readPage('docs/README.md');
  const own = pages.filter((page) => /^docs\/[^/]+$/.test(page) && page !== 'docs/README.md');
  expect(own.length).toBeGreaterThan(40);
  expect(own.filter((page) => !contents.includes(`](${page.slice('docs/'.length)})`))).toEqual([]);
});

describe('docs/reference', () => {
  const generated = renderPages();

  test('contains exactly the generated pages, and where to find the one that is built', async () => {
    const texts = await generated;
    const stored = readdirSync(join(projectRoot, 'docs/reference'));
    expect(stored.toSorted()).toEqual(['api.md', ...Object.keys(texts)].toSorted());
    expect(readPage('docs/reference/api.md')).toMatch(/`\/docs\/reference\/api\.html`[\s\S]{0,400}$/);
    const outdated = Object.entries(texts).filter(([name, text]) => readPage(`docs/reference/${name}`) !== text);
    // `node scripts/reference.mjs` writes them again.
    expect(outdated.map(([name]) => name)).toEqual([]);
  });

  test('every error code has advice in plain text, and no command error reuses a server’s code', () => {
    const advice = [...Object.values(errorAdvice), ...Object.values(commandRefusals).map((each) => each.advice)];
    expect(advice.filter((text) => text.length < 10 || /\]\(/.test(text))).toEqual([]);
    expect(faceErrorCodes.filter((code) => code in commandRefusals)).toEqual([]);
  });
});

/* Each line of SECURITY.md and docs/known-limits.md has a row in docs/security-tests.md, and each row names the tests that hold the line. */
describe.each([
  ['SECURITY.md', 'Lines that are not crossed'],
  ['SECURITY.md', 'What is kept, and where'],
  ['docs/known-limits.md', 'What this does not do'],
])('the lines of %s, section “%s”', (page, heading) => {
  /** Introduces the lines and states nothing itself. */
  const introduction = 'Each line has tests that would catch its breach';
  /** Rows of tables by their first cell, items of lists, and paragraphs: each is a line. */
  const lines = sectionOf(readPage(page), heading)
    .split(/\n(?=\s*\n|- |\d+\. )/)
    .map((block) => block.trim())
    .flatMap((block) => (block.startsWith('|') ? rowsOf(block).map(([first = '']) => first) : [block]))
    .map((text) => plain(text.replace(/^- /, '')))
    .filter((text) => text !== '' && !text.startsWith(introduction));
  const rows = rowsOf(sectionOf(readPage('docs/security-tests.md'), heading));
  /** A row is that of the line with its number, or with its first words. */
  const isOf = (row: string, line: string) => line.startsWith(/^\d+\. /.exec(row)?.[0] ?? plain(row));

  test('each line has exactly one row in docs/security-tests.md, and each row one line', () => {
    expect(lines.length).toBeGreaterThan(5);
    const rowsOfLine = lines.map((line) => ({ line, rows: rows.filter(([first = '']) => isOf(first, line)).length }));
    expect(rowsOfLine.filter((each) => each.rows !== 1)).toEqual([]);
    const linesOfRow = rows.map(([row = '']) => ({ row, lines: lines.filter((line) => isOf(row, line)).length }));
    expect(linesOfRow.filter((each) => each.lines !== 1)).toEqual([]);
  });

  test('each row references a test, a measuring command or an attack’s results', () => {
    const isHeld = (text: string): boolean =>
      referencesIn(text).some(({ path }) => path.startsWith('test/') || path.endsWith('.test.ts')) ||
      text.includes('](security-analysis/') ||
      (heading === 'What this does not do' && commandsIn(text).length > 0);
    expect(rows.filter(([, held = '']) => !isHeld(held))).toEqual([]);
  });
});

const commandsIn = (text: string): string[] =>
  [...text.matchAll(/`npm run ([^`]+)`/g)].map(([, command = '']) => command);

test.each(['docs/security-tests.md', 'docs/threat-model.md'])('every npm program that %s names exists', (page) => {
  const { scripts } = JSON.parse(readPage('package.json'));
  for (const command of commandsIn(readPage(page))) {
    const [script = '', , name] = command.split(' ');
    expect(Object.keys(scripts)).toContain(script);
    const [list = ''] = [`evidence/${script}/registry.ts`, `evidence/${script}/${script}.ts`].filter((path) =>
      existsSync(join(projectRoot, path)),
    );
    if (name !== undefined) expect(readPage(list)).toMatch(new RegExp(`^  '?${name}'?[:,]`, 'm'));
  }
});

const regulations = ['gdpr', 'eu-ai-act', 'bipa', 'ccpa', 'soc-2', 'iso-27001', 'nist-800-63'];
const pageOf = (text: string): string => readPage(`docs/compliance/${text}.md`);

test.each(regulations)('%s: each row has evidence, or states what remains for the organization', (text) => {
  const rows = rowsOf(pageOf(text));
  expect(rows.length).toBeGreaterThan(5);
  const isShown = (shown: string): boolean => referencesIn(shown).length > 0 || /\]\(|^as GDPR$/.test(shown);
  const bare = rows.filter(
    ([, helps = '', shown = '', adds = '']) => !isShown(shown) && !(helps !== '' && adds !== ''),
  );
  expect(bare).toEqual([]);
});

test('docs/compliance.md states that it is no legal advice or certification, and makes no guarantees', () => {
  const page = readPage('docs/compliance.md');
  expect(page).toMatch(/no legal advice/);
  expect(page).toMatch(/facestep is not certified/);
  const all = [page, ...regulations.map(pageOf)].join('\n');
  expect(all).not.toMatch(/irreversible|unhackable|no biometric data|fully compliant|guarantee/i);
});

test('docs/contracts.md: each assumption names its source, its test and its kind of evidence', () => {
  const rows = rowsOf(readPage('docs/contracts.md').replace(/^\| assumption .*$/gm, '')).filter(
    (cells) => cells.length === 4 && !/^-+$/.test(cells[0] ?? ''),
  );
  expect(rows.length).toBeGreaterThan(30);
  for (const [, source = '', heldBy = '', standsOn = ''] of rows) {
    expect(['described', 'documented', 'believed', 'run']).toContain(standsOn);
    // Where nothing is linked, it is a belief or was seen by the test.
    if (standsOn === 'described' || standsOn === 'documented') expect(source).toMatch(/\]\(https:\/\//);
    if (!/^`[^`]+`$/.test(heldBy)) expect([heldBy, standsOn]).toEqual(['–', 'documented']);
  }
});

test('docs/journey.md: the receipt verifies with the claims and keys on the page', async () => {
  const shown = jsonIn('docs/journey.md');
  const find = <Guard extends z.ZodType>(guard: Guard): z.output<Guard> =>
    guard.parse(shown.find((each) => guard.safeParse(each).success));
  const { receipt } = find(z.object({ receipt: z.string() }));
  const claims = find(z.looseObject({ iss: z.string(), aud: z.string(), sub: z.string(), iat: z.int() }));
  const { iss: issuer, aud: audience, iat, sub: subject } = claims;
  const keys = find(z.object({ keys: z.array(z.looseObject({})) }));
  const verifier = createReceiptVerifier({ issuer, audience, keys, clock: { now: () => iat * 1000 } });
  const expected = { connection: 'api:default', subject, nonce: String(claims.nonce) };
  for (const value of Object.values(expected)) expect(readPage('docs/journey.md')).toContain(`'${value}'`);
  expect(await verifier.verify(receipt, expected)).toEqual(claims);
});

test('docs/keys.md: the AWS KMS configuration is valid', () => {
  const [example] = jsonIn('docs/keys.md');
  expect(keysGuard.parse(example)).toMatchObject({ kind: 'aws-kms', current: null, endpoint: null });
});

test('docs/roster.md states the maximum number of people of each level', () => {
  const rows = rowsOf(sectionOf(readPage('docs/roster.md'), 'How many people'));
  const told = rows.map(([level, promise, most]) => ({ level, promise: Number(promise), most: Number(most) }));
  const carried = accuracies.flatMap((level) => {
    const promise = parameters.current.levels[level].greatestFalseMatchRate ?? 1;
    const most = Math.min(mostTokens, Math.floor(greatestFalsePositiveRate / promise + 1e-9));
    return most === 0 ? [] : [{ level: String(level), promise, most }];
  });
  expect(told).toEqual(carried);
});
