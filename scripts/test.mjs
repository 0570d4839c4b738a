// npm test [-- PATH…]: the quick tier, or the named files and folders of any tier. npm run test:all: every tier.
// npm run test:alone [-- PATH…]: each file of the quick and wide tiers in a process of its own.
// Prints the time of each phase and the slowest files; the last line is: N passed, N failed[, N skipped].
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { root } from './root.mjs';
import { setUp } from './setup.mjs';
import { installPrograms } from './system-packages.mjs';

const say = (line) => process.stdout.write(`${line}\n`);
const tally = { passed: 0, failed: 0, skipped: 0 };
const phases = [];
const files = [];
/** Failures outside the tests, printed again at the end. */
const reasons = [];

function finish() {
  const secondsOf = ({ startTime, endTime }) => (endTime - startTime) / 1000;
  const slowest = files.toSorted((a, b) => secondsOf(b) - secondsOf(a)).slice(0, 10);
  if (slowest.length > 0) say('\nSlowest files:');
  for (const file of slowest) say(`${secondsOf(file).toFixed(1).padStart(8)} s  ${relative(root, file.name)}`);
  say('\nPhases:');
  for (const { name, seconds } of phases) say(`${seconds.toFixed(1).padStart(8)} s  ${name}`);
  const { passed, skipped } = tally;
  // If no test was executed, the command fails.
  if (passed + tally.failed === 0) tally.failed = 1;
  for (const reason of reasons) say(`\n${reason}`);
  say(`\n${passed} passed, ${tally.failed} failed${skipped ? `, ${skipped} skipped` : ''}`);
  process.exit(tally.failed === 0 ? 0 : 1);
}

function stop(reason) {
  reasons.push(reason);
  tally.failed += 1;
  finish();
}

async function timed(name, work) {
  const start = performance.now();
  try {
    return await work();
  } catch (error) {
    return stop(`${name} failed: ${error instanceof Error ? error.message : error}`);
  } finally {
    phases.push({ name, seconds: (performance.now() - start) / 1000 });
  }
}

/** Running tool, which leads a process group of its own: its workers end with it. */
let tool = null;
let isStopped = false;

/** Ends the running tool and all that it started. */
async function endTool() {
  if (tool === null) return;
  const { child } = tool;
  const signalGroup = (signal) => {
    try {
      process.kill(-child.pid, signal);
    } catch {
      // It has ended.
    }
  };
  const ended = once(child, 'exit');
  // Browsers have groups of their own. Workers that get the signal close them.
  signalGroup('SIGTERM');
  await Promise.race([ended, delay(5_000)]);
  signalGroup('SIGKILL');
}

/** @returns the exit status, or null if it did not end in time */
async function runTool(script, args, minutes, env = process.env) {
  // A larger young generation saves a tenth of the garbage collection in workers.
  const given = ['--max-semi-space-size=64', join(root, 'node_modules', script), ...args];
  tool = { child: spawn(process.execPath, given, { cwd: root, stdio: 'inherit', detached: true, env }) };
  const limit = setTimeout(endTool, minutes * 60_000);
  const [status] = await once(tool.child, 'exit');
  clearTimeout(limit);
  tool = null;
  // The handler of the signal ends the process.
  if (isStopped) await new Promise(() => {});
  return status;
}

/** File of the running Jest, with a line for each test file that has ended. */
let report = null;

/** Adds the test files that have ended to the tally. @returns the number of failures */
function countEnded() {
  if (report === null || !existsSync(report)) return 0;
  const ended = readFileSync(report, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  rmSync(report);
  const failed = ended.reduce((sum, each) => sum + each.failed, 0);
  tally.passed += ended.reduce((sum, each) => sum + each.passed, 0);
  tally.failed += failed;
  tally.skipped += ended.reduce((sum, each) => sum + each.skipped, 0);
  files.push(...ended);
  return failed;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, async () => {
    isStopped = true;
    await endTool();
    countEnded();
    stop(`Stopped by ${signal}. The figures are of the ${files.length} test files that had ended.`);
  });

async function runJest(tiers, patterns, { options, minutes }) {
  const folder = mkdtempSync(join(tmpdir(), 'facestep-test-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  report = join(folder, 'ended.jsonl');
  const reporters = ['--reporters=default', `--reporters=${join(root, 'scripts/test-reporter.mjs')}`];
  const given = ['--selectProjects', ...tiers, '--passWithNoTests', ...reporters, ...options];
  // The patterns come first, because --selectProjects takes all following words as project names.
  const env = { ...process.env, FACESTEP_TEST_REPORT: report };
  const status = await runTool('jest/bin/jest.js', [...patterns, ...given], minutes, env);
  const failed = countEnded();
  if (status === null) return stop(`The tests did not end within ${minutes} minutes, and were stopped.`);
  // Jest may fail although no test failed.
  if (failed === 0 && status !== 0) {
    reasons.push(`Jest failed outside the tests (${status}).`);
    tally.failed += 1;
  }
}

const isAll = process.argv[2] === '--all';
const isAlone = process.argv[2] === '--alone';
const given = process.argv.slice(isAll || isAlone ? 3 : 2);
const options = given.filter((each, at) => each.startsWith('-') || given[at - 1] === '-t');
const paths = given.filter((each) => !options.includes(each));
const missing = paths.filter((path) => !existsSync(join(root, path)));
if (missing.length > 0) stop(`No such file or folder: ${missing.join(', ')}`);
const patterns = paths.map((path) => `/dist/${relative(root, join(root, path)).replace(/\.ts$/, '.js')}`);

await setUp({ demoPhotos: true, say, phase: timed });
await timed('system packages', () => {
  const missing = installPrograms(
    [
      'chromium',
      'redis-server',
      'slapd',
      'libapache2-mod-auth-openidc',
      ...(isAll ? ['buildah', 'mmdebstrap', 'unzip'] : []),
    ],
    say,
  );
  if (missing.includes('chromium'))
    throw new Error('the tests of the pages need Chromium. Install it, or set CHROMIUM_PATH.');
});

/** Runs each file in a process of its own, so that no file depends on what another one did or imported. */
async function runAlone() {
  const compiled = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' })
    .map((name) => `/dist/${name}`)
    .filter((name) => name.endsWith('.test.js') && !name.startsWith('/dist/test/programs/'))
    .filter((name) => patterns.length === 0 || patterns.some((pattern) => name.startsWith(pattern)))
    .sort();
  for (const name of compiled) {
    const failedBefore = tally.failed;
    await runJest(['quick', 'wide', 'browser'], [name], {
      options: ['--runInBand', '--silent', ...options],
      minutes: 30,
    });
    if (tally.failed > failedBefore) reasons.push(`${name} fails alone.`);
  }
}

if (paths.length === 0 && !isAlone)
  await timed('style', async () => {
    const style = await runTool('@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '.'], 5);
    const words = await runTool('cspell/bin.mjs', ['lint', '--no-progress', '--no-summary'], 5);
    if (style === 0 && words === 0) return;
    reasons.push('The style check failed. `npm run lint` runs it alone.');
    tally.failed += 1;
  });

if (isAlone) await timed('each file alone', runAlone);
else {
  const isWide = isAll || paths.length > 0;
  const tiers = isWide ? ['quick', 'wide'] : ['quick'];
  await timed('tests', () => runJest(tiers, patterns, { options, minutes: isAll ? 60 : 30 }));
  // Pages that play videos, and programs, run one file at a time, because others would take their processor.
  if (isWide)
    await timed('pages', () => runJest(['browser'], patterns, { options: ['--runInBand', ...options], minutes: 90 }));
  if (isAll || paths.some((path) => path.startsWith('test/programs') || 'test/programs'.startsWith(path)))
    await timed('programs', () =>
      runJest(['programs'], patterns, { options: ['--runInBand', '--forceExit', ...options], minutes: 60 }),
    );
}
finish();
