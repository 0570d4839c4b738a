import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Random } from '../core/ports.js';
import { digestOf } from '../core/secrets.js';
import { FaceError } from '../errors.js';
import { isSystemError, readIfThere, replaceFile } from '../files/durable-file.js';

/* Earlier versions of the configuration file, in the folder that `configurationFolder` names. */

const mostVersions = 10;

const versionGuard = z.object({
  number: z.int(),
  at: z.iso.datetime(),
  by: z.string(),
  reason: z.string(),
  digest: z.string(),
});

export type FileVersion = z.output<typeof versionGuard>;

const versionsGuard = z.array(versionGuard);

const listOf = (folder: string): string => join(folder, 'versions.json');
const fileOf = (folder: string, number: number): string => join(folder, `configuration-${number}.json`);

export const digestOfText = (text: string): string => digestOf(text).toString('base64url');

/** Lists the versions that were written here, newest first. */
export async function listVersions(folder: string): Promise<readonly FileVersion[]> {
  const text = await readIfThere(listOf(folder));
  return text === null ? [] : versionsGuard.parse(JSON.parse(text));
}

/** @throws `not_found` */
export async function readVersion(folder: string, number: number): Promise<string> {
  const version = (await listVersions(folder)).find((each) => each.number === number);
  const text = version === undefined ? null : await readIfThere(fileOf(folder, number));
  if (version === undefined || text === null || digestOfText(text) !== version.digest) throw new FaceError('not_found');
  return text;
}

/**
 * Replaces the configuration file and keeps the new text as a version. The first time, the former text becomes a version
 * too, so that the way back exists.
 * @throws `configuration_read_only`; `draft_outdated` if the file was changed meanwhile
 */
export async function writeVersion(
  {
    path,
    folder,
    former,
    text,
  }: { readonly path: string; readonly folder: string; readonly former: string; readonly text: string },
  { at, by, reason }: { readonly at: string; readonly by: string; readonly reason: string },
  random: Random,
): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const known = await listVersions(folder);
    const newest = known[0];
    const kept: FileVersion[] = [...known];
    const keep = async (content: string, told: { readonly by: string; readonly reason: string }): Promise<void> => {
      const number = (kept[0]?.number ?? 0) + 1;
      await replaceFile(fileOf(folder, number), content, random);
      kept.unshift({ number, at, by: told.by, reason: told.reason, digest: digestOfText(content) });
    };
    // The file may have been changed by hand since the newest version.
    if (newest?.digest !== digestOfText(former)) await keep(former, { by: 'file', reason: '' });
    await keep(text, { by, reason });
    if ((await readFile(path, 'utf8')) !== former) throw new FaceError('draft_outdated');
    await replaceFile(listOf(folder), JSON.stringify(kept.slice(0, mostVersions)), random);
    await replaceFile(path, text, random);
    for (const { number } of kept.slice(mostVersions)) await rm(fileOf(folder, number), { force: true });
  } catch (error) {
    const codes = ['EROFS', 'EACCES', 'EPERM', 'EBUSY', 'ENOSPC'];
    if (codes.some((code) => isSystemError(error, code)))
      throw new FaceError('configuration_read_only', {}, { cause: error });
    throw error;
  }
}
