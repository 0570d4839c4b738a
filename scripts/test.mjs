// npm test: sets the checkout up, checks style, runs every suite, and ends with one line: N passed, N failed.
// `--programs` runs the programs of package.json instead, as their tests in test/programs do, and `--all` both.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setUp } from './setup.mjs';
import { installPrograms } from './system-packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const say = (line) => process.stdout.write(`${line}\n`);

const projectsByOption = { '--programs': ['programs'], '--all': ['suites', 'programs'] };
const [first, ...others] = process.argv.slice(2);
const chosen = projectsByOption[first];
const projects = chosen ?? ['suites'];
const given = chosen === undefined ? process.argv.slice(2) : others;

await setUp({ demoPhotos: true, say });
installPrograms(
  [
    ...['chromium', 'redis-server', 'libapache2-mod-auth-openidc'],
    ...(projects.includes('programs') ? ['buildah', 'mmdebstrap'] : []),
  ],
  say,
);

const node = (script, args) =>
  spawnSync(process.execPath, [join(root, 'node_modules', script), ...args], { cwd: root, stdio: 'inherit' }).status;

const style = node('@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '.']);

/** The ten files that took longest, each with its seconds. */
const sayTheSlowest = (files) => {
  const seconds = ({ startTime, endTime }) => (endTime - startTime) / 1000;
  say('\nThe slowest files:');
  for (const file of files.toSorted((a, b) => seconds(b) - seconds(a)).slice(0, 10))
    say(`${seconds(file).toFixed(1).padStart(7)} s  ${relative(root, file.name)}`);
};

const folder = mkdtempSync(join(tmpdir(), 'facestep-test-'));
let passed = 0;
let failed = 0;
let skipped = 0;
const files = [];
for (const project of projects) {
  const report = join(folder, `${project}.json`);
  const status = node('jest/bin/jest.js', [
    ...['--selectProjects', project],
    ...['--json', `--outputFile=${report}`],
    ...given,
    // They measure, or load a server to its limits: one after the other, with nothing beside it.
    ...(project === 'programs' ? ['--runInBand', '--forceExit'] : []),
  ]);
  if (!existsSync(report)) {
    failed += 1;
    continue;
  }
  const result = JSON.parse(readFileSync(report, 'utf8'));
  const failedHere = result.numFailedTests + result.numRuntimeErrorTestSuites;
  passed += result.numPassedTests;
  // Jest itself may have failed where no test did.
  failed += failedHere === 0 && status !== 0 ? 1 : failedHere;
  skipped += result.numPendingTests;
  files.push(...result.testResults);
}
rmSync(folder, { recursive: true, force: true });
sayTheSlowest(files);
if (style !== 0) failed += 1;
else passed += 1;
say(`\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
process.exit(failed === 0 && passed > 1 ? 0 : 1);
