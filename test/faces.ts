import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from './paths.js';

/** Where the evaluation faces are: one folder for each person. */
export const facesFolder =
  process.env.FACESTEP_FACES ?? join(dirname(projectRoot.replace(/\/$/, '')), 'shared/data/faces-dev');

/** Where faces of people of one place are: one folder for each source, in it one for each person. */
export const groupsFolder = process.env.FACESTEP_GROUPS ?? join(dirname(facesFolder), 'faces-groups-dev');

/** Whether the evaluation faces are beside the checkout. Where not, the tests that need them skip, and say so. */
export const hasFaces = existsSync(facesFolder);

if (!hasFaces)
  process.stderr.write(`SKIPPING tests on evaluation faces: none at ${facesFolder} (set FACESTEP_FACES)\n`);

/** One evaluation photo, such as `face('Aaron_Peirsol', 2)`. */
export function face(person: string, number: number): Buffer {
  return readFileSync(join(facesFolder, person, `${person}_${String(number).padStart(4, '0')}.jpg`));
}

/** All people, sorted by name, with how many photos each has. */
export function people(): { person: string; photos: number }[] {
  return readdirSync(facesFolder)
    .sort()
    .map((person) => ({ person, photos: readdirSync(join(facesFolder, person)).length }));
}
