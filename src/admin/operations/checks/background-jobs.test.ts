import { expect, test } from '@jest/globals';
import { createTestJobs } from '../../../../support/fakes/jobs.js';
import { createManualClock } from '../../../../support/fakes/manual-clock.js';
import { createTextLog } from '../../../../support/fakes/sinks.js';
import { FaceError } from '../../../errors.js';
import { createSqliteState } from '../../../storage/state/sqlite.js';
import { createJobsCheck } from '../doctor.js';
import { createReplicasCheck, noteReplica } from '../replicas.js';

test('a job that failed is reported with its error code until a later run succeeds', async () => {
  const jobs = createTestJobs({ clock: createManualClock(), log: createTextLog() });
  let isDown = true;
  const usage = jobs.start({
    name: 'usage',
    everySec: 5,
    run: async () => {
      if (isDown) throw new FaceError('state_unavailable');
    },
  });
  const pruning = jobs.start({ name: 'ledger_pruning', everySec: 600, run: async () => {} });
  const check = createJobsCheck(jobs);
  expect(await check.run()).toMatchObject({ verdict: 'pass' });
  await usage.runNow();
  expect(await check.run()).toMatchObject({
    verdict: 'warn',
    found: expect.stringContaining('usage: state_unavailable'),
  });
  isDown = false;
  await usage.runNow();
  expect(await check.run()).toMatchObject({ verdict: 'pass' });
  await Promise.all([usage.stop(), pruning.stop()]);
});

test('replicas of different releases or models are named until they end', async () => {
  const clock = createManualClock();
  const deps = { clock, state: createSqliteState({ file: ':memory:', clock }) };
  const { run } = createReplicasCheck(deps);
  const note = (chain: string, release: string, computes: string) => noteReplica({ chain, release, computes }, deps);
  await note('aaaaaaaaaa', '1.0.0', 'x');
  await note('bbbbbbbbbb', '1.0.0', 'x');
  expect(await run()).toMatchObject({
    verdict: 'pass',
    found: expect.stringMatching(/^2 running, all the same: aaaaaaaa 1/),
  });
  await note('bbbbbbbbbb', '1.0.0', 'y');
  expect(await run()).toMatchObject({ verdict: 'warn', found: expect.stringContaining('compute faces differently') });
  await note('bbbbbbbbbb', '1.1.0', 'z');
  expect(await run()).toMatchObject({ verdict: 'warn', found: expect.stringContaining('bbbbbbbb 1.1.0') });
  clock.advanceSec(170);
  await note('aaaaaaaaaa', '1.0.0', 'x');
  clock.advanceSec(20);
  expect(await run()).toMatchObject({ verdict: 'pass', found: expect.stringMatching(/^1 running/) });
  await deps.state.close();
});
