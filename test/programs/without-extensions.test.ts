import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createFolder } from '../folder.js';
import { projectRoot } from '../paths.js';

/* A copy of the sources without any extension: every folder and row is removed. */

const isCheckout = existsSync(join(projectRoot, '.git'));
if (!isCheckout) process.stderr.write('SKIPPING the test without extensions: this is no git checkout to copy\n');

const journeys = ['test/e2e/okta.test.ts', 'test/e2e/service.test.ts'];
/** What only other tests build again. */
const pages = ['capture-web', 'console-web', 'docs-web'].map((name) => `dist/${name}`);

const copied = [
  ...[
    'src',
    'adapters',
    'client',
    'triggers',
    'simulators',
    'examples',
    'evidence',
    'locales',
    'test',
    'web/shared',
    'parameters',
  ],
  ...['package.json', 'tsconfig.json', 'jest.config.mjs'],
];

function copySources(to: string): void {
  const listed = execFileSync('git', ['ls-files', '-z', ...copied], { cwd: projectRoot, encoding: 'utf8' });
  for (const file of listed.split('\0').filter((name) => existsSync(join(projectRoot, name)) && name !== '')) {
    mkdirSync(join(to, dirname(file)), { recursive: true });
    cpSync(join(projectRoot, file), join(to, file));
  }
  cpSync(join(projectRoot, 'locales/compiled'), join(to, 'locales/compiled'), { recursive: true });
  mkdirSync(join(to, 'dist'));
  for (const name of ['node_modules', 'models', '.cache', 'client/dist', ...pages])
    symlinkSync(join(projectRoot, name), join(to, name));
}

function removeExtensions(from: string): string[] {
  const folder = join(from, 'src/extensions');
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  for (const name of names) rmSync(join(folder, name), { recursive: true });
  const index = join(folder, 'index.ts');
  const rows = readFileSync(index, 'utf8')
    .replace(/^import .* from '\.\/[\w-]+\/index\.js';\n/gm, '')
    .replace(/const rows = \[[^\]]*\]/, 'const rows = []');
  writeFileSync(index, rows);
  return names;
}

(isCheckout ? test : test.skip)('the core compiles and works without any extension', () => {
  const copy = join(createFolder('without-extensions'), 'copy');
  copySources(copy);
  expect(removeExtensions(copy)).toContain('campaigns');
  const tsconfig = JSON.parse(readFileSync(join(copy, 'tsconfig.json'), 'utf8'));
  const sources = ['src', 'adapters', 'client', 'triggers', 'simulators', 'examples'];
  const others = [...sources.map((folder) => `${folder}/**/*.test.ts`), 'client/dist', 'triggers/dist'];
  writeFileSync(
    join(copy, 'tsconfig.json'),
    JSON.stringify({ ...tsconfig, include: [...sources, 'test/runner', ...journeys], exclude: others }),
  );
  const run = (script: string, ...args: string[]) =>
    spawnSync(process.execPath, [join(copy, 'node_modules', script), ...args], { cwd: copy, encoding: 'utf8' });
  expect(run('typescript/bin/tsc', '-p', '.')).toMatchObject({ stdout: '', status: 0 });
  const patterns = journeys.map((file) => file.replace(/\.ts$/, '.js'));
  const jest = run(
    'jest/bin/jest.js',
    '--selectProjects',
    'quick',
    '--runInBand',
    '--forceExit',
    ...['--testPathPatterns', ...patterns],
  );
  expect(jest.stderr).toMatch(/^Test Suites: 2 passed, 2 total$/m);
});
