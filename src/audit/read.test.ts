import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createFolder } from '../../test/folder.js';
import { linesWith, readPieces } from './read.js';

const folder = createFolder('trail');

async function find(content: string | Buffer, ...marks: readonly string[]): Promise<string[]> {
  const file = join(folder, 'trail.jsonl');
  writeFileSync(file, content);
  const lines: string[] = [];
  for await (const piece of readPieces(file))
    for (const line of linesWith(marks, piece)) lines.push(line.toString('utf8'));
  return lines;
}

test('finds what splitting the whole text finds, wherever lines begin and end', async () => {
  const word = fc.constantFrom('hit', 'hi', 't', '', 'é', '\u2028', '\r', ' ');
  const line = fc.array(word, { maxLength: 6 }).map((words) => words.join(''));
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 30 }), async (lines) => {
      expect(await find(lines.join('\n'), 'hit')).toEqual(lines.filter((each) => each.includes('hit')));
    }),
  );
});

test('lines that lie across the pieces of a large file are found once and whole', async () => {
  const lines = Array.from(
    { length: 60_000 },
    (_, index) => `${index} ${'x'.repeat(index % 97)} ${index % 3 === 0 ? 'hit' : ''}`,
  );
  expect(await find(`${lines.join('\n')}\n`, 'hit')).toEqual(lines.filter((each) => each.includes('hit')));
});

test('a long record is found wherever it lies', async () => {
  const long = `hit ${'x'.repeat(200_000)}`;
  const lines = Array.from({ length: 40 }, () => long);
  expect(await find(`${lines.join('\n')}\n`, 'hit')).toEqual(lines);
});

test('what is longer than a record can be is passed over, and what follows it is found', async () => {
  const endless = `hit ${'x'.repeat(5 * 1024 * 1024)}`;
  expect(await find(`hit 1\n${endless}\nhit 2\n`, 'hit')).toEqual(['hit 1', 'hit 2']);
  expect(await find(endless, 'hit')).toEqual([]);
});

test('bytes that are no text do no harm', async () => {
  const noise = Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x0a]);
  expect(await find(Buffer.concat([noise, Buffer.from('hit\n'), noise]), 'hit')).toEqual(['hit']);
});

test('a text is looked for as it is, whatever its characters mean elsewhere', async () => {
  const text = fc.string({ unit: 'grapheme' }).filter((some) => !some.includes('\n'));
  await fc.assert(
    fc.asyncProperty(text, text, text, async (mark, before, after) => {
      const line = `${before}${mark}${after}`;
      expect(await find(`${line}x\n`, mark, 'never there')).toEqual([`${line}x`]);
    }),
  );
  expect(await find('a.b\naxb\n', 'a.b')).toEqual(['a.b']);
});

test('of several texts, lines that hold one or more are found once, in order', async () => {
  const word = fc.constantFrom('one', 'two', 'on', 'e', ' ');
  const line = fc.array(word, { maxLength: 6 }).map((words) => words.join(''));
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 30 }), async (lines) => {
      const expected = lines.filter((each) => each.includes('one') || each.includes('two'));
      expect(await find(lines.join('\n'), 'one', 'two')).toEqual(expected);
    }),
  );
});
