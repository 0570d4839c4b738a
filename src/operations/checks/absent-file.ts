import type { Finding } from '../../connections/provisioning.js';

/** Finding for a file that the server would have created. */
export const absent = (file: string): Finding => ({
  verdict: 'fail',
  found: `there is no ${file}`,
  remedy: 'Start the server once: it makes what is missing. If it runs, give its FACESTEP_DATA here too.',
});
