import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Invalid arguments or photos of an evaluation, which ends with exit code 2 and this message. */
export class BadInput extends Error {}

/** Half of the evaluation people. Thresholds are fitted on the half `fit` and evaluated on the half `judge`. */
export type Half = 'fit' | 'judge';

/** @param place - index among the source's people, sorted by name */
export type Split = (person: string, place: number) => Half;

/** Splits people by the first byte of the name's SHA-256, so that no one is in both halves. */
export function toHalf(person: string): Half {
  return createHash('sha256').update(person).digest()[0] % 2 === 0 ? 'fit' : 'judge';
}

/** Splits people alternately, because a digest could leave one half of a small source nearly empty. */
export const toHalfByPlace: Split = (_person, place) => (place % 2 === 1 ? 'fit' : 'judge');

export interface CorpusPerson {
  readonly person: string;
  readonly files: readonly string[];
}

/** Names of the photos in a folder with one subfolder per person. */
export interface Corpus {
  readonly folder: string;
  readonly people: readonly CorpusPerson[];
  readonly otherFiles: number;
}

export type PhotoFilter = (name: string) => boolean;

export const isPhoto: PhotoFilter = (name) => /^[^.].*\.(jpe?g|png|webp)$/i.test(name);

/** Creates a filter from a pattern such as `frontal_*`. */
export function toPhotoFilter(pattern: string): PhotoFilter {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  const like = new RegExp(`^${parts.join('.*')}$`, 'su');
  return (name) => like.test(name);
}
const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

async function isKind(folder: string, entry: Dirent, kind: 'isFile' | 'isDirectory'): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry[kind]();
  return (await stat(join(folder, entry.name)).catch(() => null))?.[kind]() === true;
}

export interface Source extends Corpus {
  readonly source: string;
}

async function* foldersIn(folder: string): AsyncGenerator<string> {
  for await (const entry of await opendir(folder))
    if (!entry.name.startsWith('.') && (await isKind(folder, entry, 'isDirectory'))) yield entry.name;
}

async function readPeople(folder: string, isWanted: PhotoFilter): Promise<Pick<Corpus, 'people' | 'otherFiles'>> {
  const people: CorpusPerson[] = [];
  let otherFiles = 0;
  for await (const person of foldersIn(folder)) {
    const own = join(folder, person);
    const files: string[] = [];
    for await (const file of await opendir(own)) {
      if (!isPhoto(file.name) || !(await isKind(own, file, 'isFile'))) otherFiles += 1;
      else if (isWanted(file.name)) files.push(file.name);
    }
    if (files.length > 0) people.push({ person, files: files.sort(byName) });
  }
  return { people: people.sort((a, b) => byName(a.person, b.person)), otherFiles };
}

/**
 * Finds the JPEG, PNG and WebP photos of a corpus, such as `Name/Name_0001.jpg`.
 * @throws BadInput if the folder is missing or has no photo
 */
export async function readCorpus(folder: string, isWanted: PhotoFilter = () => true): Promise<Corpus> {
  const target = await stat(folder).catch(() => null);
  if (target === null) throw new BadInput(`Folder not found: ${folder}`);
  if (!target.isDirectory()) throw new BadInput(`${folder} is not a folder`);
  const { people, otherFiles } = await readPeople(folder, isWanted);
  if (people.length === 0)
    throw new BadInput(`${folder} contains no photos: expected one folder for each person, such as Name/Name_0001.jpg`);
  return { folder, people, otherFiles };
}

/**
 * Finds photos by source: `casia/Name/Name_0001.jpg`.
 * @returns `null` if the folder is a corpus, empty or missing
 */
export async function readSources(
  folder: string,
  isWanted: PhotoFilter = () => true,
): Promise<readonly Source[] | null> {
  const target = await stat(folder).catch(() => null);
  if (target?.isDirectory() !== true || (await readPeople(folder, isWanted)).people.length > 0) return null;
  const sources: Source[] = [];
  for await (const source of foldersIn(folder)) {
    const found = await readPeople(join(folder, source), isWanted);
    if (found.people.length > 0) sources.push({ source, folder: join(folder, source), ...found });
  }
  return sources.length === 0 ? null : sources.sort((a, b) => byName(a.source, b.source));
}

export type FoundPhotos =
  | { readonly corpus: Corpus; readonly sources: null }
  | { readonly corpus: null; readonly sources: readonly Source[] };

/** Finds photos by source, or else those of one corpus. @throws BadInput if there are none */
export async function readPhotos(folder: string, isWanted?: PhotoFilter): Promise<FoundPhotos> {
  const sources = await readSources(folder, isWanted);
  return sources === null ? { sources, corpus: await readCorpus(folder, isWanted) } : { sources, corpus: null };
}
