import { expect, test } from '@jest/globals';
import { createTestJobs } from '../../../../support/fakes/jobs.js';
import { createManualClock } from '../../../../support/fakes/manual-clock.js';
import { createTextLog } from '../../../../support/fakes/sinks.js';
import { FaceError } from '../../../errors.js';
import { createJobsCheck } from '../doctor.js';

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
