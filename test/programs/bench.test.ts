import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { runProgram } from './run.js';

/* The other benchmarks take longer: `npm run bench` runs them. */

test('the quick hook benchmark prints a figure for every hook and no error', async () => {
  const load = z.object({ errors: z.literal(0), granted: z.number() });
  const provider = z.object({ errors: z.literal(0), each: z.record(z.string(), load) });
  const report = z.object({
    hooks: z.object({ okta: provider, entra: provider, onelogin: provider }),
  });
  const { stdout } = await runProgram('evidence/bench/bench.js', 'hooks', '--quick', '--json');
  const { hooks } = report.parse(JSON.parse(stdout));
  expect(Object.values(hooks).flatMap(({ each }) => Object.keys(each))).toHaveLength(11);
  expect(hooks.okta.each.token!.granted).toBeGreaterThan(0);
});
