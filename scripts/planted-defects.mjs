// npm run planted-defects [-- --area NAME] [--only TEXT] [--list] [--json FILE]: proves that the quick tests catch
// security bugs. Plants the defects of test/planted-defects/*.json one at a time in dist, and runs the named tests.
// Exits with 1 unless every defect makes a test fail, with 2 if a defect cannot be planted.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './root.mjs';

const folder = join(root, 'test', 'planted-defects');
const timeoutMs = 10 * 60_000;
const say = (line) => process.stdout.write(`${line}\n`);

const readDefects = () =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .flatMap((name) =>
      JSON.parse(readFileSync(join(folder, name), 'utf8')).map((defect) => ({
        area: basename(name, '.json'),
        ...defect,
      })),
    );

function findFault({ file, find, replace }) {
  if (!existsSync(join(root, file))) return `${file} does not exist`;
  const count = readFileSync(join(root, file), 'utf8').split(find).length - 1;
  if (count !== 1) return `the text to find occurs ${count} times in ${file}`;
  return find === replace ? 'the replacement changes nothing' : null;
}

const distOf = (file) => join(root, 'dist', file.replace(/\.ts$/, '.js'));

/** Runs one test file in a process of its own. @returns `failed`, `passed`, or `broken` if Jest did not run its tests */
async function runTest(file, onStart) {
  const reports = mkdtempSync(join(tmpdir(), 'facestep-defect-'));
  const report = join(reports, 'report.json');
  const pattern = `/dist/${file.replace(/\.ts$/, '.js').replaceAll('.', '\\.')}$`;
  const options = ['--selectProjects', 'quick', '--runInBand', '--forceExit', '--json', `--outputFile=${report}`];
  const args = [join(root, 'node_modules/jest/bin/jest.js'), pattern, ...options];
  // Use a separate process group, so that a hanging test is ended with all processes that it started.
  const jest = spawn(process.execPath, args, { cwd: root, stdio: 'ignore', detached: true });
  const end = () => process.kill(-jest.pid, 'SIGKILL');
  onStart(end);
  const timer = setTimeout(end, timeoutMs);
  await new Promise((resolve) => jest.once('close', resolve));
  clearTimeout(timer);
  onStart(null);
  const result = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : null;
  rmSync(reports, { recursive: true, force: true });
  if (result === null || result.numTotalTests === 0 || result.numRuntimeErrorTestSuites > 0) return 'broken';
  if (result.numFailedTests > 0) return 'failed';
  return result.success ? 'passed' : 'broken';
}

const { values: given } = parseArgs({
  options: {
    area: { type: 'string' },
    only: { type: 'string' },
    json: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
});
const defects = readDefects().filter(
  ({ area, name }) => (given.area ?? area) === area && name.includes(given.only ?? ''),
);
const faults = defects.flatMap((defect) =>
  findFault(defect) === null ? [] : [`${defect.name}: ${findFault(defect)}`],
);
for (const fault of faults) process.stderr.write(`${fault}\n`);
if (faults.length > 0 || defects.length === 0) process.exit(2);
if (given.list) {
  for (const { area, name } of defects) say(`${area.padEnd(12)} ${name}`);
  process.exit();
}
const { setUp } = await import('./setup.mjs');
await setUp({ demoPhotos: true, say: () => {} });
const { transformSync } = await import('esbuild');

// Remove the build's marker file. If this process is killed, the next command then compiles everything again.
const mark = join(root, 'dist', '.built');
const digest = readFileSync(mark, 'utf8');
rmSync(mark);
let restore = () => {};
let endTest = null;
const leave = () => {
  restore();
  writeFileSync(mark, digest);
};
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    endTest?.();
    leave();
    process.exit(130);
  });

const results = [];
const sound = new Map();
for (const { area, name, file, find, replace, tests } of defects) {
  const start = performance.now();
  const target = distOf(file);
  const original = readFileSync(target);
  const source = readFileSync(join(root, file), 'utf8').replace(find, () => replace);
  // Compile as tsc does (tsconfig.json): ES2022 class fields, and unchanged imports.
  const tsconfigRaw = { compilerOptions: { verbatimModuleSyntax: true, useDefineForClassFields: true } };
  const supported = { 'import-attributes': true };
  let outcome = 'passed';
  restore = () => writeFileSync(target, original);
  try {
    const options = { loader: 'ts', format: 'esm', target: 'es2022', supported, tsconfigRaw };
    writeFileSync(target, transformSync(source, options).code);
  } catch {
    outcome = 'broken';
  }
  let last = null;
  for (const test of tests) {
    if (outcome !== 'passed') break;
    last = test;
    outcome = await runTest(test, (end) => (endTest = end));
  }
  restore();
  restore = () => {};
  // A test that fails anyway catches nothing.
  if (outcome === 'failed') {
    if (!sound.has(last)) sound.set(last, await runTest(last, (end) => (endTest = end)));
    if (sound.get(last) !== 'passed') outcome = 'broken';
  }
  const result = { failed: 'caught', passed: 'MISSED', broken: 'BROKEN' }[outcome];
  const seconds = (performance.now() - start) / 1000;
  results.push({ area, name, result: result.toLowerCase(), seconds });
  say(`${result} ${seconds.toFixed(1).padStart(6)} s  ${area}: ${name}`);
}
leave();
if (given.json !== undefined) writeFileSync(given.json, `${JSON.stringify(results, null, 2)}\n`);
const count = (wanted) => results.filter(({ result }) => result === wanted).length;
say(`\n${count('caught')} caught, ${count('missed')} missed, ${count('broken')} broken`);
process.exit(count('caught') === results.length ? 0 : 1);
