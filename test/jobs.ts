import { setTimeout as delay } from 'node:timers/promises';
import { createJobs, type Jobs, type JobsDeps } from '../src/core/jobs.js';

/** Waits between runs are short, and any other wait is none. */
export const sleepShortly: JobsDeps['sleep'] = (ms, signal) =>
  delay(ms >= 5_000 ? 20 : 0, undefined, { signal }).catch(() => {});

/** Jobs that run when they are asked to, and by themselves as seldom as in a server. */
export const createTestJobs = (
  deps: Pick<JobsDeps, 'clock' | 'log'>,
  sleep: JobsDeps['sleep'] = (ms, signal) => delay(ms, undefined, { signal, ref: false }).catch(() => {}),
): Jobs => createJobs({ ...deps, sleep, onRun: () => {} });

/** Jobs that run once for each interval that the test lets pass. */
export function createSteppedJobs(deps: Pick<JobsDeps, 'clock' | 'log'>) {
  const waits = new Set<() => void>();
  const sleep: JobsDeps['sleep'] = (_ms, signal) =>
    new Promise((resolve) => {
      waits.add(resolve);
      signal.addEventListener('abort', () => resolve());
    });
  return {
    jobs: createTestJobs(deps, sleep),
    /** Lets the interval pass that a job waits for next. */
    async passInterval(): Promise<void> {
      while (waits.size === 0) await new Promise((resolve) => setImmediate(resolve));
      const ended = [...waits];
      waits.clear();
      for (const end of ended) end();
    },
  };
}
