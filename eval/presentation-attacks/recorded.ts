import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BadInput } from '../bad-input.js';

/** One picture or clip before a camera: of a person, or of what was held there in a person's place. */
interface Recorded {
  /** `live` are people; every other name is a species of attack. */
  readonly species: string;
  /** Whom it shows: intervals are by person. */
  readonly person: string;
}

/** `stills/<species>/<person>_….jpg` */
export interface RecordedStill extends Recorded {
  readonly file: string;
}

/** `movements/<species>/<clip>/…<milliseconds>ms.jpg`, or `<milliseconds>.jpg`: each clip is a person of its own. */
export interface RecordedClip extends Recorded {
  /** In order of time. */
  readonly files: readonly string[];
}

/** What stands for people in both folders. */
export const liveSpecies = 'live';

const isPicture = (name: string): boolean => /\.(jpe?g|png|webp)$/i.test(name);

const timeOf = (name: string): number => Number(/(\d+)(?:ms)?\.\w+$/.exec(name)?.[1] ?? Number.NaN);

/** The names in a folder, in order; none where there is no such folder. */
async function list(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch {
    return [];
  }
}

/** @throws BadInput: there is neither a still nor a clip */
export async function readRecorded(
  folder: string,
): Promise<{ readonly stills: readonly RecordedStill[]; readonly clips: readonly RecordedClip[] }> {
  const stills: RecordedStill[] = [];
  for (const species of await list(join(folder, 'stills')))
    for (const name of (await list(join(folder, 'stills', species))).filter(isPicture))
      stills.push({ species, person: name.split('_')[0], file: join(folder, 'stills', species, name) });
  const clips: RecordedClip[] = [];
  for (const species of await list(join(folder, 'movements')))
    for (const person of await list(join(folder, 'movements', species))) {
      const clip = join(folder, 'movements', species, person);
      const names = (await list(clip)).filter(isPicture).sort((one, other) => timeOf(one) - timeOf(other));
      if (names.length > 0) clips.push({ species, person, files: names.map((name) => join(clip, name)) });
    }
  if (stills.length === 0 && clips.length === 0)
    throw new BadInput(`${folder} holds neither stills/<species>/*.jpg nor movements/<species>/<clip>/<ms>.jpg`);
  return { stills, clips };
}

/** The bytes of one picture. */
export const readRecordedPicture = async (file: string): Promise<Uint8Array> => new Uint8Array(await readFile(file));
