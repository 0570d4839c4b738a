import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { BadInput } from '../../corpus/bad-input.js';
import { readCorpus } from '../../corpus/corpus.js';

/** One picture or clip before a camera: of a person, or of what was held there in a person's place. */
interface Recorded {
  /** The last two folders above the person: people of different sources and of different cameras are told apart by it. */
  readonly source: string;
  /** `live` are people; every other name is a species of attack. */
  readonly species: string;
  /** Whom it shows: intervals are by person. */
  readonly person: string;
}

/** `stills/<species>/<person>_….jpg`, or, of people, `<person>/….jpg` */
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

/** When a picture of a clip was taken, in ms from its start, by its name. */
export const timeOf = (name: string): number => Number(/(\d+)(?:ms)?\.\w+$/.exec(name)?.[1] ?? Number.NaN);

/** The names in a folder, in order; none where there is no such folder. */
export async function list(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch {
    return [];
  }
}

async function readStills(folder: string): Promise<RecordedStill[]> {
  const stills: RecordedStill[] = [];
  for (const species of await list(join(folder, 'stills')))
    for (const name of (await list(join(folder, 'stills', species))).filter(isPicture)) {
      const [person] = name.split('_');
      stills.push({ source: `stills/${species}`, species, person, file: join(folder, 'stills', species, name) });
    }
  return stills;
}

/** The clips of one kind: `<kind>/<species>/<clip>/…`. None where there is no such folder. */
export async function readClips(folder: string, kind: string): Promise<RecordedClip[]> {
  const clips: RecordedClip[] = [];
  for (const species of await list(join(folder, kind)))
    for (const person of await list(join(folder, kind, species))) {
      const clip = join(folder, kind, species, person);
      const names = (await list(clip)).filter(isPicture).sort((one, other) => timeOf(one) - timeOf(other));
      const files = names.map((name) => join(clip, name));
      if (files.length > 0) clips.push({ source: `${kind}/${species}`, species, person, files });
    }
  return clips;
}

/** Photos of people, one folder for each, as the accuracy is measured on. @throws BadInput */
async function readPhotos(folder: string): Promise<RecordedStill[]> {
  const { people } = await readCorpus(folder);
  const path = resolve(folder);
  const source = `${basename(dirname(path))}/${basename(path)}`;
  return people.flatMap(({ person, files }) =>
    files.map((name) => ({ source, species: liveSpecies, person, file: join(folder, person, name) })),
  );
}

/** @throws BadInput: there is neither a still nor a clip, nor a photo of a person */
export async function readRecorded(
  folder: string,
): Promise<{ readonly stills: readonly RecordedStill[]; readonly clips: readonly RecordedClip[] }> {
  const stills = await readStills(folder);
  const clips = await readClips(folder, 'movements');
  if (stills.length > 0 || clips.length > 0) return { stills, clips };
  const photos = await readPhotos(folder).catch((error: unknown) => {
    if (!(error instanceof BadInput)) throw error;
    throw new BadInput(`${error.message}; or stills/<species>/*.jpg or movements/<species>/<clip>/<ms>.jpg`);
  });
  return { stills: photos, clips: [] };
}

/** The bytes of one picture. */
export const readRecordedPicture = async (file: string): Promise<Uint8Array> => new Uint8Array(await readFile(file));
