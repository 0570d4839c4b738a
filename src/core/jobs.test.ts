import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createManualClock } from '../../test/manual-clock.js';
import { projectRoot } from '../../test/paths.js';
import { createTextLog } from '../../test/sinks.js';
import { FaceError } from '../errors.js';
import { jobNames } from './job-names.js';
import { createJobs, type JobState } from './jobs.js';

/** Jobs whose waits end when the test says so. */
function openJobs() {
  const clock = createManualClock();
  const log = createTextLog();
  const told: JobState[] = [];
  const waits: { readonly ms: number; readonly end: () => void }[] = [];
  const sleep = (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      waits.push({ ms, end: resolve });
      signal.addEventListener('abort', () => resolve());
    });
  const jobs = createJobs({ clock, log, sleep, onRun: (state) => void told.push(state) });
  return { clock, log, told, waits, jobs };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('docs/operations.md lists every job, and no other', () => {
  const page = readFileSync(join(projectRoot, 'docs/operations.md'), 'utf8');
  const [, table = ''] = /^## Background jobs$([\s\S]*?)^## /m.exec(page) ?? [];
  expect([...table.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name)).toEqual([...jobNames]);
});

test('a job runs after each interval, and its state says when and for how long', async () => {
  const { clock, told, waits, jobs } = openJobs();
  const job = jobs.start({ name: 'usage', everySec: 5, run: async () => clock.advanceSec(2) });
  expect(jobs.states()).toEqual([{ name: 'usage', everySec: 5, runs: 0, failures: 0, last: null }]);
  waits[0]?.end();
  await turn();
  const last = { endedAt: clock.now(), tookMs: 2000, code: null };
  expect(jobs.states()).toEqual([{ name: 'usage', everySec: 5, runs: 1, failures: 0, last }]);
  waits[1]?.end();
  await turn();
  expect(told.map(({ runs }) => runs)).toEqual([1, 2]);
  expect(waits.map(({ ms }) => ms)).toEqual([5000, 5000, 5000]);
  await job.stop();
});

test('a job that fails runs again, and is logged when that begins and when it ends', async () => {
  const { log, jobs } = openJobs();
  let isDown = true;
  const job = jobs.start({
    ...{ name: 'audit_heads', everySec: 60 },
    run: async () => {
      if (isDown) throw new FaceError('state_unavailable');
    },
  });
  await job.runNow();
  await job.runNow();
  expect(jobs.states()).toMatchObject([{ runs: 2, failures: 2, last: { code: 'state_unavailable' } }]);
  isDown = false;
  await job.runNow();
  expect(jobs.states()).toMatchObject([{ runs: 3, failures: 2, last: { code: null } }]);
  expect(log.text().match(/background job failed/g)).toHaveLength(1);
  expect(log.text().match(/background job recovered/g)).toHaveLength(1);
  await job.stop();
});

test('runs of a job never overlap, and one more follows the one under way however often it is asked for', async () => {
  const { jobs } = openJobs();
  const ends: (() => void)[] = [];
  const job = jobs.start({ name: 'usage', everySec: 5, run: () => new Promise((resolve) => ends.push(resolve)) });
  const first = job.runNow();
  await turn();
  const others = [job.runNow(), job.runNow()];
  await turn();
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await first;
  await turn();
  expect(ends).toHaveLength(2);
  ends[1]?.();
  await Promise.all(others);
  expect(ends).toHaveLength(2);
  await job.stop();
});

test('a stop waits for the run under way, and the job is listed no more', async () => {
  const { waits, jobs } = openJobs();
  let end = () => {};
  let runs = 0;
  const job = jobs.start({
    ...{ name: 'usage', everySec: 5 },
    run: () =>
      new Promise((resolve) => {
        runs += 1;
        end = resolve;
      }),
  });
  waits[0]?.end();
  await turn();
  let isStopped = false;
  const stopped = job.stop().then(() => {
    isStopped = true;
  });
  await turn();
  expect(isStopped).toBe(false);
  end();
  await stopped;
  await turn();
  expect(runs).toBe(1);
  expect(jobs.states()).toEqual([]);
});
