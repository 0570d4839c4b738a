import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readPage, sectionOf } from '../support/benches/page.js';
import { projectRoot } from '../support/run/paths.js';

const codeIn = (text: string): string[] => [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);

/** Returns the part of a path before its first placeholder, such as `locales` of `locales/<language>.json`. */
const withoutPlaceholders = (path: string): string => (/[<*]/.test(path) ? dirname(`${path.split(/[<*]/)[0]}_`) : path);

const page = readPage('CONTRIBUTING.md');
const isBuilt = (path: string): boolean => /^(dist|locales\/compiled)\b/.test(path);

test('every file and folder that CONTRIBUTING.md names exists', () => {
  const names = codeIn(page)
    .flatMap((code) => code.split(' '))
    .filter((name) => /^\.?[\w-]+\/[^:]*$|^[\w.-]+\.(ts|mjs|json|md)$/.test(name) && !name.startsWith('github.com'));
  expect(names.length).toBeGreaterThan(20);
  expect(
    names.map(withoutPlaceholders).filter((path) => !isBuilt(path) && !existsSync(join(projectRoot, path))),
  ).toEqual([]);
});

test('the section “Code” of CONTRIBUTING.md names existing folders', () => {
  const top = readdirSync(projectRoot);
  const words = codeIn(sectionOf(page, 'Code')).filter((code) => /^[a-z][\w-]*$/.test(code));
  const notFolders = ['any', 'endpoints'];
  expect(words.filter((word) => !top.includes(word) && !notFolders.includes(word))).toEqual([]);
});

test('the npm commands in CONTRIBUTING.md exist in package.json', () => {
  const { scripts } = JSON.parse(readPage('package.json'));
  const named = [...page.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});
