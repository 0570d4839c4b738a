import { existsSync } from 'node:fs';
import { groupsFolder } from './faces.js';

export const hasGroups = existsSync(groupsFolder);

if (!hasGroups)
  process.stderr.write(`SKIPPING tests on strangers of one place: no faces at ${groupsFolder} (set FACESTEP_GROUPS)\n`);
