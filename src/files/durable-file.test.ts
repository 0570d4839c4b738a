import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createFolder } from '../../test/folder.js';
import { systemRandom } from '../../test/sinks.js';
import { removeUnfinishedLine, replaceFile } from './durable-file.js';

const folder = createFolder('durable');

test('a file is replaced, or made where there is none, for its owner alone; drafts go', async () => {
  const file = join(folder, 'keys.json');
  await replaceFile(file, 'one', systemRandom);
  expect(readFileSync(file, 'utf8')).toBe('one');
  writeFileSync(`${file}.0123456789abcdef.new`, 'left by a crash');
  await replaceFile(file, 'two', systemRandom);
  expect(readFileSync(file, 'utf8')).toBe('two');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['keys.json']);
});

test.each([
  ['one\ntw', 'one\n'],
  ['on', ''],
  ['one\n', 'one\n'],
  ['', ''],
])('of a file of lines that ends after %j whole lines stay', async (text, whole) => {
  const file = join(folder, 'lines.jsonl');
  writeFileSync(file, text);
  await removeUnfinishedLine(file);
  expect(readFileSync(file, 'utf8')).toBe(whole);
});

test('a file of lines that is not there is made for its owner alone', async () => {
  const file = join(folder, 'none.jsonl');
  await removeUnfinishedLine(file);
  expect(readFileSync(file, 'utf8')).toBe('');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});
