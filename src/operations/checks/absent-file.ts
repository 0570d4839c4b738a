import type { Finding } from '../../connections/provisioning.js';

export const absent = (file: string): Finding => ({
  verdict: 'fail',
  found: `there is no ${file}`,
  remedy: 'Start the server once: it makes what is missing. If it runs, give its FACESTEP_DATA here too.',
});
