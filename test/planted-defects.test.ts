import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { readPage, sectionOf } from '../support/benches/page.js';
import { projectRoot } from '../support/run/paths.js';

/* `npm run planted-defects` runs the defects, which takes long. This test keeps them applicable to the code of today. */

const defectsGuard = z.array(
  z.strictObject({
    line: z.int().optional(),
    name: z.string().min(10),
    file: z.string().regex(/\.ts$/),
    find: z.string().min(1),
    replace: z.string(),
    tests: z.array(z.string()).min(1).max(3),
  }),
);

const folder = join(projectRoot, 'test', 'planted-defects');
const defects = readdirSync(folder).flatMap((name) =>
  defectsGuard.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))),
);

const configGuard = z.object({
  default: z.object({
    projects: z.array(z.object({ displayName: z.string(), testPathIgnorePatterns: z.array(z.string()).optional() })),
  }),
});

test('at least 60 planted defects exist, each with a unique name', () => {
  expect(defects.length).toBeGreaterThanOrEqual(60);
  expect(new Set(defects.map(({ name }) => name)).size).toBe(defects.length);
});

test('each planted defect replaces a text that occurs once in its file', () => {
  const countOf = ({ file, find }: (typeof defects)[number]): number => readPage(file).split(find).length - 1;
  const wrong = defects.filter((defect) => countOf(defect) !== 1 || defect.find === defect.replace);
  expect(wrong.map(({ name }) => name)).toEqual([]);
});

test('each planted defect names test files of the quick tier', async () => {
  const config = configGuard.parse(await import(join(projectRoot, 'jest.config.mjs')));
  const quick = config.default.projects.find(({ displayName }) => displayName === 'quick');
  const ignored = (quick?.testPathIgnorePatterns ?? []).map((pattern) => new RegExp(pattern));
  expect(ignored.length).toBeGreaterThan(0);
  const isQuick = (path: string): boolean =>
    path.endsWith('.test.ts') &&
    existsSync(join(projectRoot, path)) &&
    !ignored.some((pattern) => pattern.test(`/dist/${path.replace(/\.ts$/, '.js')}`));
  expect(defects.flatMap(({ tests }) => tests).filter((path) => !isQuick(path))).toEqual([]);
});

test('each numbered line of SECURITY.md has a planted defect', () => {
  const lines = [...sectionOf(readPage('SECURITY.md'), 'Lines that are not crossed').matchAll(/^(\d+)\. /gm)];
  expect(lines.length).toBeGreaterThan(5);
  const covered = new Set(defects.map(({ line }) => String(line)));
  expect(lines.map(([, number = '']) => number).filter((number) => !covered.has(number))).toEqual([]);
});
