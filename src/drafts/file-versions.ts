import { access, constants, mkdir, readFile, realpath, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Random } from '../core/ports.js';
import { digestOf } from '../core/secrets.js';
import { FaceError } from '../errors.js';
import { ifExists, isSystemError, readIfThere, replaceFile } from '../files/durable-file.js';

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

/** Lists the versions that were written here, newest first. None if the path leads to no folder. */
export async function listVersions(folder: string): Promise<readonly FileVersion[]> {
  const text = await readIfThere(listOf(folder)).catch((error: unknown) => {
    if (isSystemError(error, 'ENOTDIR')) return null;
    throw error;
  });
  return text === null ? [] : versionsGuard.parse(JSON.parse(text));
}

/** @throws `not_found` */
export async function readVersion(folder: string, number: number): Promise<string> {
  const version = (await listVersions(folder)).find((each) => each.number === number);
  const text = version === undefined ? null : await readIfThere(fileOf(folder, number));
  if (version === undefined || text === null || digestOfText(text) !== version.digest) throw new FaceError('not_found');
  return text;
}

/** Reads the texts of all kept versions. @throws `not_found` if one was removed or changed by hand */
export const readVersions = async (folder: string): Promise<readonly string[]> =>
  Promise.all((await listVersions(folder)).map(({ number }) => readVersion(folder, number)));

/**
 * Removes the versions that contain a secret as text that the active file does not have any more.
 * @param findSecrets - returns the secrets in a text of the file. It throws if the text cannot be loaded
 */
export async function removeSecretVersions(
  folder: string,
  active: string,
  findSecrets: (text: string) => Promise<readonly string[]>,
  random: Random,
): Promise<void> {
  const known = await listVersions(folder);
  const left: FileVersion[] = [];
  for (const version of known) {
    const text = await readIfThere(fileOf(folder, version.number));
    // What cannot be loaded cannot be restored either, and its secrets are not known.
    const secrets = text === null ? null : await findSecrets(text).catch(() => null);
    if (secrets?.every((secret) => active.includes(JSON.stringify(secret)))) left.push(version);
    else await rm(fileOf(folder, version.number), { force: true });
  }
  if (left.length < known.length) await replaceFile(listOf(folder), JSON.stringify(left), random);
}

interface NewVersion {
  /** Path of the configuration file. */
  readonly path: string;
  readonly folder: string;
  readonly former: string;
  readonly text: string;
}

/** Errors of files and folders that this server may not write, or that are none. */
const unwritable = ['EROFS', 'EACCES', 'EPERM', 'EBUSY', 'ENOSPC', 'ENOTDIR', 'EEXIST'];

async function orReadOnly<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!unwritable.some((code) => isSystemError(error, code))) throw error;
    throw new FaceError('configuration_read_only', {}, { cause: error });
  }
}

/** Returns true if this server may write the configuration file and the folder of versions. */
export async function isWritable({ path, folder }: Pick<NewVersion, 'path' | 'folder'>): Promise<boolean> {
  const mayWrite = (place: string): Promise<void> => access(place, constants.W_OK);
  try {
    await mayWrite(path);
    await mayWrite(dirname(await realpath(path)));
    const found = await ifExists(stat(folder));
    if (found !== null && !found.isDirectory()) return false;
    await mayWrite(found === null ? dirname(folder) : folder);
    return true;
  } catch {
    return false;
  }
}

/**
 * Replaces the configuration file and keeps the new text as a version. The first time, the former text becomes a version
 * too, so that the way back exists.
 * @throws `configuration_read_only`; `draft_outdated` if the file was changed meanwhile
 */
export const writeVersion = (
  version: NewVersion,
  told: { readonly at: string; readonly by: string; readonly reason: string },
  random: Random,
): Promise<void> => orReadOnly(writeNewVersion(version, told, random));

async function writeNewVersion(
  { path, folder, former, text }: NewVersion,
  { at, by, reason }: { readonly at: string; readonly by: string; readonly reason: string },
  random: Random,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const known = await listVersions(folder);
  const kept: FileVersion[] = [...known];
  const keep = async (content: string, told: { readonly by: string; readonly reason: string }): Promise<void> => {
    const number = (kept[0]?.number ?? 0) + 1;
    await replaceFile(fileOf(folder, number), content, random);
    kept.unshift({ number, at, by: told.by, reason: told.reason, digest: digestOfText(content) });
  };
  // The file may have been changed by hand since the newest version.
  if (known[0]?.digest !== digestOfText(former)) await keep(former, { by: 'file', reason: '' });
  await keep(text, { by, reason });
  if ((await readFile(path, 'utf8')) !== former) throw new FaceError('draft_outdated');
  await replaceConfiguration(path, text, random);
  await replaceFile(listOf(folder), JSON.stringify(kept.slice(0, mostVersions)), random);
  for (const { number } of kept.slice(mostVersions)) await rm(fileOf(folder, number), { force: true });
}

/** Replaces the file that the path leads to, also by a symbolic link. */
async function replaceConfiguration(path: string, text: string, random: Random): Promise<void> {
  await replaceFile(await realpath(path), text, random, { keepsMode: true });
}

/** Writes the former text back after a failure, unless the file was changed meanwhile. The failed version is removed. */
export async function writeBack({ path, folder, former, text }: NewVersion, random: Random): Promise<void> {
  if ((await readFile(path, 'utf8')) === text) await replaceConfiguration(path, former, random);
  const [newest, ...others] = await listVersions(folder);
  if (newest?.digest === digestOfText(text)) await replaceFile(listOf(folder), JSON.stringify(others), random);
}
