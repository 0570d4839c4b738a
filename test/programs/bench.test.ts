import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { hasChromium } from '../browser/chromium.js';
import { readPage, sectionOf } from '../page.js';
import { findInvented } from '../shown-output.js';
import { runProgram } from './run.js';

/* The benchmarks as they are run, in their quick form. */

test.each([
  [['--quick']],
  [['engine', '--quick']],
  [['roster', '--quick']],
  [['scale', '--quick']],
  [['scale', '--people=10', '--stores=sqlite']],
])('the benchmark %j prints figures', async (args) => {
  const { stdout } = await runProgram('evidence/bench/bench.js', ...args, '--json');
  expect(JSON.parse(stdout)).toEqual(expect.any(Object));
  expect(stdout.match(/: \d/g)?.length).toBeGreaterThan(5);
});

test('the benchmark of the hooks does too, without an error', async () => {
  const load = z.object({ errors: z.literal(0), granted: z.number() });
  const provider = z.object({ errors: z.literal(0), each: z.record(z.string(), load) });
  const report = z.object({
    hooks: z.object({ okta: provider, entra: provider, onelogin: provider }),
    lambda: z.object({ bundleBytes: z.number().max(500_000) }),
  });
  const { stdout } = await runProgram('evidence/bench/bench.js', 'hooks', '--quick', '--json');
  const { hooks } = report.parse(JSON.parse(stdout));
  expect(Object.values(hooks).flatMap(({ each }) => Object.keys(each))).toHaveLength(11);
  expect(hooks.okta.each.token!.granted).toBeGreaterThan(0);
});

test('the benchmark of the console does too, and every screen has something on it', async () => {
  const natural = z.number().nonnegative();
  const screen = z.object({ p50Ms: natural, p95Ms: natural, rows: natural });
  const report = z.object({
    screens: z.record(z.string(), screen),
    hooks: z.object({ with: z.object({ p99Ms: natural, errors: z.literal(0) }), without: z.null() }),
  });
  const { stdout } = await runProgram('evidence/bench/bench.js', 'console', '--quick', '--json');
  const { screens } = report.parse(JSON.parse(stdout));
  const empty = Object.entries(screens).filter(([, { rows }]) => rows === 0);
  expect(empty.map(([name]) => name)).toEqual(['log, a code nobody had', 'log, followed']);
});

test('setting each provider up does too, to a verified sign-in', async () => {
  const figures = z.object({
    ...{ commands: z.array(z.string()).min(5), manualSteps: z.array(z.string()) },
    ...{ seconds: z.number().positive(), minutes: z.number().positive(), verified: z.literal(true) },
  });
  const { stdout } = await runProgram('evidence/bench/bench.js', 'provision', '--json');
  const { provision } = z.object({ provision: z.record(z.string(), figures) }).parse(JSON.parse(stdout));
  expect(Object.keys(provision).toSorted()).toEqual(['cognito', 'entra', 'okta', 'onelogin']);
});

(hasChromium ? test : test.skip)('the benchmark of a step-up prints its figures, with those of attacks', async () => {
  const { stdout } = await runProgram('evidence/bench/bench.js', 'step-up', '--quick', '--json');
  const rates = z.record(z.string(), z.object({ trials: z.int().positive(), rate: z.number() }));
  const stepUp = z.object({ engineRunsPerFrame: z.literal(1), apcer: z.object({ byAttack: rates }) });
  const pageWeight = z.object({ gzipBytes: z.int().max(150_000) });
  const report = z.object({ pageWeight, stepUp }).parse(JSON.parse(stdout));
  expect(Object.keys(report.stepUp.apcer.byAttack)).toEqual(
    expect.arrayContaining(['still', 'print', 'replay', 'screen']),
  );
});

(hasChromium ? test : test.skip)(
  'the first hour passes at the first attempt, and prints what its page shows',
  async () => {
    const step = z.object({
      command: z.string(),
      seconds: z.number(),
      exitCode: z.literal(0).nullable(),
      output: z.string(),
    });
    const report = z.object({
      passed: z.literal(true),
      attempts: z.literal(1),
      seconds: z.number(),
      steps: z.array(step),
    });
    const { stdout } = await runProgram('evidence/bench/bench.js', 'first-hour', '--json');
    const { steps } = report.parse(JSON.parse(stdout));
    const section = sectionOf(readPage('docs/first-hour.md'), 'Check a face on your own server');
    const typed = [...section.matchAll(/^ *facestep (.*?)(?: > .*)?$/gm)].map(([, command]) => command);
    expect(typed.filter((command) => !command?.startsWith('listens'))).toEqual(steps.map(({ command }) => command));
    const blocks = [...section.matchAll(/^ *```\n([\s\S]*?)^ *```/gm)].map(([, text = '']) => text);
    for (const [mark, command] of [
      ['listens on', 'serve'],
      ['not enrolled', 'try'],
    ] as const) {
      const real = steps.find((each) => each.command.startsWith(command))?.output ?? '';
      expect(findInvented(blocks.find((text) => text.includes(mark)) ?? '(nothing is shown)', real)).toBeNull();
    }
  },
);
