import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandError } from '../../src/cli/command-error.js';
import { isThere } from '../../src/config/data-files.js';
import { FaceError } from '../../src/errors.js';
import { fetchDemoPhotos } from '../../src/face/models/fetch.js';
import { demoPhotosFolder, loadPictures } from './pictures.js';

/**
 * Downloads the demonstration photos if they are missing.
 * @returns their folder
 * @throws CommandError `photos_missing`
 */
export async function bringDemoPhotos(elsewhere: string, tell: (line: string) => void): Promise<string> {
  const folder = (await isThere(demoPhotosFolder)) ? demoPhotosFolder : elsewhere;
  await fetchDemoPhotos(folder, tell).catch((cause: unknown) => {
    if (cause instanceof FaceError && cause.code === 'model_missing')
      throw new CommandError('photos_missing', cause.detail, { cause });
    throw cause;
  });
  return folder;
}

/**
 * Writes the pictures named in the documentation, cut from the demonstration photos: `enroll.jpg` and `probe.jpg` of
 * one person, `other.jpg` of another.
 * @returns the files
 * @throws system error if one of the files already exists
 */
export async function writeDemoPhotos(folder: string, tell: (line: string) => void): Promise<readonly string[]> {
  const fetched = await mkdtemp(join(tmpdir(), 'facestep-photos-'));
  try {
    const { person, stranger } = await loadPictures(await bringDemoPhotos(fetched, tell));
    const pictures = { enroll: person[0], probe: person[1], other: stranger };
    await mkdir(folder, { recursive: true });
    return await Promise.all(
      Object.entries(pictures).map(async ([name, bytes]) => {
        const file = join(folder, `${name}.jpg`);
        await writeFile(file, bytes, { flag: 'wx' });
        return file;
      }),
    );
  } finally {
    await rm(fetched, { recursive: true, force: true });
  }
}
