import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { facesFolder } from './faces.js';

/** Where pictures and clips of people, prints and screens before a camera are, as `eval -- presentation-attacks` reads them. */
export const presentationsFolder = process.env.FACESTEP_PRESENTATIONS ?? join(dirname(facesFolder), 'presentation-dev');

/** Whether they are beside the checkout. Where not, the tests that need them skip, and say so. */
export const hasPresentations = existsSync(presentationsFolder);

if (!hasPresentations)
  process.stderr.write(
    `SKIPPING tests on recorded presentations: none at ${presentationsFolder} (set FACESTEP_PRESENTATIONS)\n`,
  );
