import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createFolder } from '../../support/run/folder.js';
import { projectRoot } from '../../support/run/paths.js';

/* Copies of the sources without one extension, and without any: its folder and its row are removed. */

const isCheckout = existsSync(join(projectRoot, '.git'));
if (!isCheckout) process.stderr.write('SKIPPING the test without extensions: this is no git checkout to copy\n');

const journeys = ['test/e2e/okta.test.ts', 'test/e2e/service.test.ts'];
/** What only other tests build again. */
const pages = ['capture-web', 'console-web', 'docs-web'].map((name) => `dist/${name}`);

const copied = [
  'src',
  'adapters',
  'client',
  'triggers',
  'simulators',
  'examples',
  'evidence',
  'locales',
  'support',
  'test',
  'web/shared',
  'package.json',
  'tsconfig.json',
  'jest.config.mjs',
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

const folders = join(projectRoot, 'src/extensions');
const names = readdirSync(folders, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
/** Each list, with the file of an extension that it imports. */
const lists = [
  { file: 'src/extensions/index.ts', from: './', imported: 'index' },
  { file: 'src/app/audit-events.ts', from: '../extensions/', imported: 'events' },
];

/** Removes the folders and rows of extensions. The others get theirs back. */
function removeExtensions(copy: string, removed: readonly string[]): void {
  for (const name of names) {
    const folder = join('src/extensions', name);
    const places = [folder, join('dist', folder)];
    if (removed.includes(name)) for (const place of places) rmSync(join(copy, place), { recursive: true, force: true });
    else for (const place of places) cpSync(join(projectRoot, place), join(copy, place), { recursive: true });
  }
  for (const { file, from, imported } of lists) {
    let rows = readFileSync(join(projectRoot, file), 'utf8');
    for (const name of removed.filter((each) => existsSync(join(folders, each, `${imported}.ts`)))) {
      const [line = '', row = ''] =
        new RegExp(`^import \\{ (\\w+) \\} from '${from}${name}/${imported}\\.js';\n`, 'm').exec(rows) ?? [];
      expect(line).not.toBe('');
      rows = rows.replace(line, '').replace(new RegExp(`^  ${row},\n`, 'm'), '');
    }
    writeFileSync(join(copy, file), rows);
  }
}

(isCheckout ? describe : describe.skip)('in a copy of the sources', () => {
  const copy = join(createFolder('without-extensions'), 'copy');
  const run = (script: string, ...args: string[]) =>
    spawnSync(process.execPath, [join(copy, 'node_modules', script), ...args], { cwd: copy, encoding: 'utf8' });

  beforeAll(() => {
    copySources(copy);
    const tsconfig = JSON.parse(readFileSync(join(copy, 'tsconfig.json'), 'utf8'));
    const sources = ['src', 'adapters', 'client', 'triggers', 'simulators', 'examples'];
    const others = [...sources.map((folder) => `${folder}/**/*.test.ts`), ...tsconfig.exclude];
    // An incremental compiler keeps types of removed rows.
    const compilerOptions = { ...tsconfig.compilerOptions, incremental: false, tsBuildInfoFile: undefined };
    writeFileSync(
      join(copy, 'tsconfig.json'),
      JSON.stringify({
        ...tsconfig,
        compilerOptions,
        include: [...sources, 'test/runner', ...journeys],
        exclude: others,
      }),
    );
  });

  const cases = [...names.map((name) => ({ name, removed: [name] })), { name: 'any extension', removed: names }];
  test.each(cases)('the product compiles and passes its journey tests without $name', ({ removed }) => {
    removeExtensions(copy, removed);
    expect(run('typescript/bin/tsc', '-p', '.')).toMatchObject({ stdout: '', status: 0 });
    const ran = removed.length === 1 ? journeys.slice(0, 1) : journeys;
    const patterns = ran.map((file) => file.replace(/\.ts$/, '.js'));
    const options = ['--selectProjects', 'quick', '--runInBand', '--forceExit'];
    const { stderr } = run('jest/bin/jest.js', ...options, '--testPathPatterns', ...patterns);
    expect(stderr).toContain(`Test Suites: ${ran.length} passed, ${ran.length} total`);
  });
});
