import { expect, test } from '@jest/globals';
import { createManualClock } from '../../support/fakes/manual-clock.js';
import { createTextLog } from '../../support/fakes/sinks.js';
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

test('runs of a job never overlap; any number of requests during a run cause one more run', async () => {
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
