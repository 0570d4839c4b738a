import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readPage, rowsOf, sectionOf } from '../support/benches/page.js';
import { projectRoot } from '../support/run/paths.js';

const rows = rowsOf(sectionOf(readPage('docs/architecture.md'), 'Where is …\\?'));
const exists = (path: string): boolean => existsSync(join(projectRoot, path));

test('docs/architecture.md answers at least twenty questions', () => {
  expect(rows.length).toBeGreaterThanOrEqual(20);
});

test.each(rows)('the files and names in the answer to “%s” exist', (_question, answer = '') => {
  const paths = [...answer.matchAll(/`([\w-]+\/[\w./-]+|[\w-]+\.ts)`/g)].map(([, path = '']) => path);
  expect(paths.filter((path) => path !== 'events.ts' && path !== 'caller.ts' && !exists(path))).toEqual([]);
  const named = [...answer.matchAll(/`(\w+)` in `([^`]+)`/g)];
  const missing = named.filter(([, name, file = '']) => {
    const text = exists(file) ? readFileSync(join(projectRoot, file), 'utf8') : '';
    return !new RegExp(`\\b${name}\\b`).test(text);
  });
  expect(missing.map(([text]) => text)).toEqual([]);
});

test('the layout in docs/architecture.md names every folder of src', () => {
  const layout = sectionOf(readPage('docs/architecture.md'), 'Layout');
  const folders = readdirSync(join(projectRoot, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => `src/${name}`).filter((name) => !layout.includes(`\`${name}`))).toEqual([]);
});
