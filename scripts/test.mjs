// npm test: sets the checkout up, checks style, runs every suite, and ends with one line: N passed, N failed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setUp } from './setup.mjs';
import { installPrograms } from './system-packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const say = (line) => process.stdout.write(`${line}\n`);
await setUp({ demoPhotos: true, say });
installPrograms(['chromium', 'redis-server'], say);

const node = (script, args) =>
  spawnSync(process.execPath, [join(root, 'node_modules', script), ...args], { cwd: root, stdio: 'inherit' }).status;

const style = node('@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '.']);

const folder = mkdtempSync(join(tmpdir(), 'facestep-test-'));
const report = join(folder, 'report.json');
const status = node('jest/bin/jest.js', ['--json', `--outputFile=${report}`, ...process.argv.slice(2)]);
let passed = 0;
let failed = 1;
let skipped = 0;
try {
  const result = JSON.parse(readFileSync(report, 'utf8'));
  passed = result.numPassedTests;
  failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  skipped = result.numPendingTests;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (style !== 0) failed += 1;
else passed += 1;
process.stdout.write(`\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}\n`);
process.exit(status === 0 && failed === 0 && passed > 1 ? 0 : 1);
