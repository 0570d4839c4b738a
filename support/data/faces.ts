import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from '../run/paths.js';

/** Folder of the evaluation faces, with one subfolder for each person. */
export const facesFolder =
  process.env.FACESTEP_FACES ?? join(dirname(projectRoot.replace(/\/$/, '')), 'shared/data/faces-dev');

/** Folder of further evaluation faces by source. Each source has a folder with a subfolder for each person. */
export const groupsFolder = process.env.FACESTEP_GROUPS ?? join(dirname(facesFolder), 'faces-groups-dev');

export const hasFaces = existsSync(facesFolder);

if (!hasFaces)
  process.stderr.write(`SKIPPING tests on evaluation faces: none at ${facesFolder} (set FACESTEP_FACES)\n`);

/** Reads one evaluation photo, such as `face('Aaron_Peirsol', 2)`. */
export function face(person: string, number: number): Buffer {
  return readFileSync(join(facesFolder, person, `${person}_${String(number).padStart(4, '0')}.jpg`));
}

export function people(): { person: string; photos: number }[] {
  return readdirSync(facesFolder)
    .sort()
    .map((person) => ({ person, photos: readdirSync(join(facesFolder, person)).length }));
}
