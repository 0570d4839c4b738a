import { expect, test } from '@jest/globals';
import { createTestJobs } from '../../../../support/fakes/jobs.js';
import { createManualClock } from '../../../../support/fakes/manual-clock.js';
import { createTextLog } from '../../../../support/fakes/sinks.js';
import { FaceError } from '../../../errors.js';
import { createSqliteState } from '../../../storage/state/sqlite.js';
import { createJobsCheck } from '../doctor.js';
import {
  checkReleases,
  createReplicasCheck,
  joinReplicas,
  leaveReplicas,
  noteReplica,
  readPictureKeys,
} from '../replicas.js';

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
  const note = (chain: string, release: string, computes: string) =>
    noteReplica({ chain, release, computes, pictureKey: `key of ${chain}` }, deps);
  await note('aaaaaaaaaa', '1.0.0', 'x');
  await note('bbbbbbbbbb', '1.0.0', 'x');
  expect(await run()).toMatchObject({
    verdict: 'pass',
    found: expect.stringMatching(/^2 running, all the same: aaaaaaaa 1/),
  });
  expect(await readPictureKeys(deps)).toEqual(['key of aaaaaaaaaa', 'key of bbbbbbbbbb']);
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

test('a server of another release starts only after the running ones have ended or are gone', async () => {
  const clock = createManualClock();
  const deps = { clock, state: createSqliteState({ file: ':memory:', clock }) };
  const join = (chain: string, release: string) =>
    joinReplicas({ chain, release, computes: 'x', pictureKey: '' }, deps);
  await join('aaaaaaaaaa', '1.0.0');
  await join('bbbbbbbbbb', '1.0.0');
  const seen = new Date(clock.now()).toISOString();
  clock.advanceSec(30);
  await expect(join('cccccccccc', '1.1.0')).rejects.toMatchObject({
    code: 'release_differs',
    detail: {
      thisRelease: '1.1.0',
      running: `aaaaaaaa, release 1.0.0, last seen ${seen}; bbbbbbbb, release 1.0.0, last seen ${seen}`,
      goneAt: new Date(clock.now() + 150_000).toISOString(),
    },
  });
  await expect(checkReleases(null, '1.1.0', deps)).rejects.toMatchObject({ code: 'release_differs' });
  await leaveReplicas('aaaaaaaaaa', deps);
  await checkReleases('bbbbbbbbbb', '1.1.0', deps);
  await expect(join('cccccccccc', '1.1.0')).rejects.toMatchObject({ code: 'release_differs' });
  // As after a crash, bbbbbbbbbb itself may start with the other release: nothing else writes to its data folder.
  await join('bbbbbbbbbb', '1.1.0');
  await join('cccccccccc', '1.1.0');
  clock.advanceSec(179);
  await expect(join('dddddddddd', '1.0.0')).rejects.toMatchObject({ code: 'release_differs' });
  clock.advanceSec(1);
  const both = await Promise.allSettled([join('dddddddddd', '1.0.0'), join('eeeeeeeeee', '1.1.0')]);
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  await deps.state.close();
});
