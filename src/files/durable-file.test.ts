import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { systemRandom } from '../../test/sinks.js';
import { replaceFile } from './durable-file.js';

const folder = mkdtempSync(join(tmpdir(), 'facestep-durable-'));
afterAll(() => rmSync(folder, { recursive: true }));

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
