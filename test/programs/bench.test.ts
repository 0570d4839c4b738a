import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { hasChromium } from '../browser/chromium.js';
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
