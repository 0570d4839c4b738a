import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { facesFolder } from './faces.js';

/** Where faces of people of one place each are: one folder for each source, in it one for each person. */
export const groupsFolder = process.env.FACESTEP_GROUPS ?? join(dirname(facesFolder), 'faces-groups-dev');

/** Whether they are there. Where not, the tests that need them skip, and say so. */
export const hasGroups = existsSync(groupsFolder);

if (!hasGroups)
  process.stderr.write(`SKIPPING tests on strangers of one place: no faces at ${groupsFolder} (set FACESTEP_GROUPS)\n`);
