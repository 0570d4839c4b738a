import { setTimeout as delay } from 'node:timers/promises';
import { createJobs, type Jobs, type JobsDeps } from '../../src/core/jobs.js';
import { pause } from '../../src/core/resilience.js';

/** Shortens waits of 5 seconds and more, which separate the executions of a job. Skips all shorter waits. */
export const sleepShortly: JobsDeps['sleep'] = (ms, signal) =>
  delay(ms >= 5_000 ? 20 : 0, undefined, { signal }).catch(() => {});

/** Creates jobs that run when the test asks for it, and otherwise as rarely as in a server. */
export const createTestJobs = (deps: Pick<JobsDeps, 'clock' | 'log'>, sleep: JobsDeps['sleep'] = pause): Jobs =>
  createJobs({ ...deps, sleep, onRun: () => {} });

/** Creates jobs that run once for each interval that the test lets pass. */
export function createSteppedJobs(deps: Pick<JobsDeps, 'clock' | 'log'>) {
  const waits = new Set<() => void>();
  const sleep: JobsDeps['sleep'] = (_ms, signal) =>
    new Promise((resolve) => {
      waits.add(resolve);
      signal.addEventListener('abort', () => resolve());
    });
  return {
    jobs: createTestJobs(deps, sleep),
    async passInterval(): Promise<void> {
      while (waits.size === 0) await new Promise((resolve) => setImmediate(resolve));
      const ended = [...waits];
      waits.clear();
      for (const end of ended) end();
    },
  };
}
