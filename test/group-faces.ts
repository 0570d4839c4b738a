import { existsSync } from 'node:fs';
import { groupsFolder } from './faces.js';

/** Whether there are faces of people of one place. Where not, the tests that need them skip, and say so. */
export const hasGroups = existsSync(groupsFolder);

if (!hasGroups)
  process.stderr.write(`SKIPPING tests on strangers of one place: no faces at ${groupsFolder} (set FACESTEP_GROUPS)\n`);
