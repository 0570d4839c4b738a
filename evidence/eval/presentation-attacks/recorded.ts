import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { BadInput, isPhoto, readCorpus } from '../../measure/corpus/corpus.js';

interface Recorded {
  /** Names of the two folders above the person's, which distinguish sources and cameras. */
  readonly source: string;
  /** `live` for people, otherwise the attack species. */
  readonly species: string;
  readonly person: string;
}

/** Picture `stills/<species>/<person>_….jpg`, or `<person>/….jpg` for people. */
export interface RecordedStill extends Recorded {
  readonly file: string;
}

/** Clip `movements/<species>/<clip>/…<milliseconds>ms.jpg`. Each clip counts as another person. */
export interface RecordedClip extends Recorded {
  readonly files: readonly string[];
}

export const liveSpecies = 'live';

/** Returns the time in a picture's file name, in milliseconds. */
const timeOf = (name: string): number => Number(/(\d+)(?:ms)?\.\w+$/.exec(name)?.[1] ?? Number.NaN);

/** Lists a folder in order; empty if the folder is missing. */
const list = async (folder: string): Promise<string[]> => (await readdir(folder).catch(() => [])).sort();

async function readStills(folder: string): Promise<RecordedStill[]> {
  const stills: RecordedStill[] = [];
  for (const species of await list(join(folder, 'stills')))
    for (const name of (await list(join(folder, 'stills', species))).filter(isPhoto)) {
      const [person] = name.split('_');
      stills.push({ source: `stills/${species}`, species, person, file: join(folder, 'stills', species, name) });
    }
  return stills;
}

/** Reads the clips of `movements/<species>/<clip>/…`; empty if the folder is missing. */
async function readClips(folder: string): Promise<RecordedClip[]> {
  const clips: RecordedClip[] = [];
  for (const species of await list(join(folder, 'movements')))
    for (const person of await list(join(folder, 'movements', species))) {
      const clip = join(folder, 'movements', species, person);
      const names = (await list(clip)).filter(isPhoto).sort((one, other) => timeOf(one) - timeOf(other));
      const files = names.map((name) => join(clip, name));
      if (files.length > 0) clips.push({ source: `movements/${species}`, species, person, files });
    }
  return clips;
}

/** @throws BadInput */
async function readPhotos(folder: string): Promise<RecordedStill[]> {
  const { people } = await readCorpus(folder);
  const path = resolve(folder);
  const source = `${basename(dirname(path))}/${basename(path)}`;
  return people.flatMap(({ person, files }) =>
    files.map((name) => ({ source, species: liveSpecies, person, file: join(folder, person, name) })),
  );
}

/** @throws BadInput if there are neither pictures nor clips */
export async function readRecorded(
  folder: string,
): Promise<{ readonly stills: readonly RecordedStill[]; readonly clips: readonly RecordedClip[] }> {
  const stills = await readStills(folder);
  const clips = await readClips(folder);
  if (stills.length > 0 || clips.length > 0) return { stills, clips };
  const photos = await readPhotos(folder).catch((error: unknown) => {
    if (!(error instanceof BadInput)) throw error;
    throw new BadInput(`${error.message}; or stills/<species>/*.jpg or movements/<species>/<clip>/<ms>.jpg`);
  });
  return { stills: photos, clips: [] };
}

export const readRecordedPicture = async (file: string): Promise<Uint8Array> => new Uint8Array(await readFile(file));
