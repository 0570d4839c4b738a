import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { facesFolder } from './faces.js';

/** Pictures and clips of people, prints and screens for `eval -- presentation-attacks`. */
export const presentationsFolder = process.env.FACESTEP_PRESENTATIONS ?? join(dirname(facesFolder), 'presentation-dev');

export const hasPresentations = existsSync(presentationsFolder);

if (!hasPresentations)
  process.stderr.write(
    `SKIPPING tests on recorded presentations: none at ${presentationsFolder} (set FACESTEP_PRESENTATIONS)\n`,
  );
