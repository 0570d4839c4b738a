import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { runProgram } from './run.js';

/* Quick forms of three benchmarks. `npm run bench` runs the others, which take longer. */

test.each([[['--quick']], [['roster', '--quick']]])('the benchmark %j prints figures', async (args) => {
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
