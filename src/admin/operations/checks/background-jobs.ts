import { type Check, pass, warn } from '../../../connections/provisioning.js';
import type { Jobs } from '../../../core/jobs.js';

export const createJobsCheck = (jobs: Pick<Jobs, 'states'>): Check => ({
  title: 'Background jobs',
  async run() {
    const states = jobs.states();
    const failing = states.flatMap(({ name, last }) =>
      last === null || last.code === null ? [] : `${name}: ${last.code}`,
    );
    if (failing.length === 0) return pass(`${states.length} jobs, and none failed at its last run`);
    return warn(
      `failed at the last run: ${failing.join(', ')}`,
      'docs/operations.md says what each job is for, and docs/reference/errors.md what each code means.',
    );
  },
});
