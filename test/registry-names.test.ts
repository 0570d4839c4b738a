import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { projectRoot } from '../support/run/paths.js';

/*
 * Anyone who is told to run a program that is not installed gets it from the public registry, where a stranger may have taken its
 * name: it would run with the secrets of anyone who followed the document. So no document, text or script asks for one.
 */

const skipped = /^(node_modules|dist|models|data|\.git|\.cache|\.serverless)$/;
const isText = /(\.(md|m?[jt]sx?|c[jt]s|sh|ya?ml|json|tf|tpl|txt|html|svg|service)|Dockerfile|run|\.npmrc)$/;
const self = 'test/registry-names.test.ts';

const textsIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return skipped.test(entry.name) ? [] : textsIn(path);
    const name = relative(projectRoot, path);
    return isText.test(entry.name) && name !== self && name !== 'package-lock.json' ? [name] : [];
  });
const lines = textsIn(projectRoot).flatMap((name) =>
  readFileSync(join(projectRoot, name), 'utf8')
    .split('\n')
    .map((text, index) => ({ text, at: `${name}:${index + 1}` })),
);

const binGuard = z.object({
  packages: z.record(z.string(), z.object({ bin: z.record(z.string(), z.string()).optional() })),
});
const { packages } = binGuard.parse(JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')));
const programs = new Set(
  Object.entries(packages).flatMap(([path, { bin = {} }]) => (path === '' ? [] : Object.keys(bin))),
);

/** A program that `npm exec` finds in node_modules, and is told not to fetch. */
const isHeld = (text: string): boolean => {
  const [, program = ''] = /^npm (?:exec|x) --no -- (\S+)/.exec(text) ?? [];
  return programs.has(program);
};

const problemsIn = (text: string): string[] => [
  ...[...text.matchAll(/\b(npx|pnpx|bunx|(?:pnpm|yarn) dlx)\s+\S+/g)].map(([found]) => found),
  ...[...text.matchAll(/\bnpm (?:exec|x)\s.*/g)].map(([found]) => found).filter((found) => !isHeld(found)),
  ...[...text.matchAll(/\bnpm (?:i|install|add|init|create)\b[^`'"|]*?\sfacestep\b.*/g)].map(([found]) => found),
  ...[...text.matchAll(/\b(?:from\s+|(?:import|require)[\s(]*)['"`]facestep(?:\/[^'"`]*)?['"`]/g)].map(
    ([found]) => found,
  ),
];

test('no text runs or installs a package by a name that the project does not own', () => {
  expect(lines.length).toBeGreaterThan(50_000);
  expect(lines.flatMap(({ text, at }) => problemsIn(text).map((problem) => `${at}: ${problem}`))).toEqual([]);
});
