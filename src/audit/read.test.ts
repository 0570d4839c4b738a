import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createFolder } from '../../support/run/folder.js';
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

test('the reader finds the same lines as splitting the whole text, at any chunk boundary', async () => {
  const word = fc.constantFrom('hit', 'hi', 't', 'two', '', 'é', '\u2028', '\r', ' ');
  const line = fc.array(word, { maxLength: 6 }).map((words) => words.join(''));
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 30 }), async (lines) => {
      const found = lines.filter((each) => each.includes('hit') || each.includes('two'));
      expect(await find(lines.join('\n'), 'hit', 'two')).toEqual(found);
    }),
  );
});

test('the reader skips a line longer than any record and finds the records after it', async () => {
  const endless = `hit ${'x'.repeat(5 * 1024 * 1024)}`;
  expect(await find(`hit 1\n${endless}\nhit 2\n`, 'hit')).toEqual(['hit 1', 'hit 2']);
  expect(await find(endless, 'hit')).toEqual([]);
});
