import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createFolder } from '../../test/folder.js';
import { systemRandom } from '../../test/sinks.js';
import { replaceFile } from './durable-file.js';

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
