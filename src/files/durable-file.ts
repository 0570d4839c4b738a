import { chmod, chown, link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Random } from '../core/ports.js';
import { FaceError } from '../errors.js';

/** Combines concurrent syncs. When a call resolves, all data written before it is on disk. */
export function createGroupCommit(sync: () => Promise<void>): () => Promise<void> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<void> | null = null;
  return () => {
    if (next === null) {
      const asked = running.then(() => {
        next = null;
        return sync();
      });
      next = asked;
      running = asked.catch(() => {});
    }
    return next;
  };
}

export const isSystemError = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code;

export const isForbidden = (error: unknown): boolean => isSystemError(error, 'EACCES') || isSystemError(error, 'EPERM');

const draftEnd = /^\.[0-9a-f]{16}\.new$/;

export const isDraftOf = (file: string, name: string): boolean =>
  name.startsWith(file) && draftEnd.test(name.slice(file.length));

export const draftOf = (file: string, random: Random): string =>
  `${file}.${Buffer.from(random(8)).toString('hex')}.new`;

/** Waits for work on a file or folder, and returns `null` if it does not exist. */
export const ifExists = <Result>(work: Promise<Result>): Promise<Result | null> =>
  work.catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return null;
    throw error;
  });

/** Reads a text file; `null` if it does not exist. */
export const readIfThere = (file: string): Promise<string | null> => ifExists(readFile(file, 'utf8'));

/** Reads a private file; `null` if it does not exist. @throws `config_invalid` if unreadable, or readable by others */
export async function readPrivateFile(file: string, setting: string): Promise<string | null> {
  await using handle = await ifExists(open(file, 'r')).catch((cause: unknown) => {
    throw new FaceError('config_invalid', { setting, problem: 'unreadable' }, { cause });
  });
  if (handle === null) return null;
  // The mode of the opened file is checked, not of the path, so that the file cannot be replaced between check and
  // use.
  const { mode, uid } = await handle.stat();
  if (!isPrivate({ mode, uid }, process.getuid?.() ?? null))
    throw new FaceError('config_invalid', { setting, file, problem: 'readable by others; its mode must be 0600' });
  return await handle.readFile('utf8');
}

/**
 * Returns true if only one account can read a file. The group may read root's files, which is how container runtimes
 * provide secrets.
 * @param ownUid - user id of this process; `null` on Windows, which has no such modes
 * @see https://www.postgresql.org/docs/current/ssl-tcp.html (19.9.1)
 */
export function isPrivate(
  { mode, uid }: { readonly mode: number; readonly uid: number },
  ownUid: number | null,
): boolean {
  if (ownUid === null) return true;
  return (mode & (uid === 0 && ownUid !== 0 ? 0o037 : 0o077)) === 0;
}

/**
 * Replaces or creates a file atomically and syncs it to disk. The file keeps its owner. Temporary files left by a crash
 * are removed, because they may contain keys.
 * @param keepsMode - true if others may read the file as before. Otherwise, only its owner may
 */
export async function replaceFile(
  file: string,
  content: string | Uint8Array,
  random: Random,
  { keepsMode = false }: { readonly keepsMode?: boolean } = {},
): Promise<void> {
  const draft = await writeBeside(file, content, random);
  try {
    await giveToOwnerOf(file, draft);
    if (keepsMode) await chmod(draft, (await stat(file)).mode & 0o777);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  const folder = dirname(file);
  const name = basename(file);
  for (const each of await readdir(folder)) if (isDraftOf(name, each)) await rm(join(folder, each), { force: true });
  await syncFolder(file);
}

async function giveToOwnerOf(file: string, draft: string): Promise<void> {
  const former = await ifExists(stat(file));
  if (former !== null && process.getuid !== undefined && process.getuid() !== former.uid)
    await chown(draft, former.uid, former.gid);
}

/** Gives a file that root created to the owner of its folder, because the server may run as another account. */
export async function chownToFolderOwner(path: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(dirname(path));
  await chown(path, uid, gid);
}

export async function makeFile(file: string): Promise<void> {
  const handle = await open(file, 'a', 0o600);
  await handle.close();
  await chownToFolderOwner(file);
}

export async function makeFolder(folder: string): Promise<void> {
  const make = (): Promise<unknown> => mkdir(folder, { mode: 0o700 });
  try {
    await make().catch(async (error: unknown) => {
      if (!isSystemError(error, 'ENOENT')) throw error;
      await makeFolder(dirname(folder));
      await make();
    });
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return;
    throw error;
  }
  await chownToFolderOwner(folder);
}

async function writeBeside(file: string, content: string | Uint8Array, random: Random): Promise<string> {
  const draft = draftOf(file, random);
  try {
    await using handle = await open(draft, 'wx', 0o600);
    await handle.writeFile(content);
    await handle.sync();
  } catch (error) {
    // Without this, each retry would leave another temporary file that may contain a part of a key.
    await rm(draft, { force: true });
    throw error;
  }
  return draft;
}

/**
 * Creates a file, complete and synced to disk, unless it exists.
 * @returns true for the one caller that created it
 */
export async function createFile(file: string, text: string, random: Random): Promise<boolean> {
  const draft = await writeBeside(file, text, random);
  try {
    // Creating a hard link is atomic and never replaces an existing file.
    await link(draft, file);
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
    return false;
  } finally {
    await rm(draft, { force: true });
  }
  await syncFolder(file);
  return true;
}

export async function syncFolder(file: string): Promise<void> {
  // On Windows, folders cannot be opened, and their entries are written at once.
  if (process.platform === 'win32') return;
  const folder = await open(dirname(file), 'r');
  await folder.sync().finally(() => folder.close());
}

const lineBreak = 0x0a;

/** Removes an incomplete last line, which a crash or a full disk may leave. */
export async function removeUnfinishedLine(file: string): Promise<void> {
  await using handle = await open(file, 'a+', 0o600);
  const { size } = await handle.stat();
  const last = Buffer.alloc(1);
  await handle.read(last, 0, 1, Math.max(0, size - 1));
  if (size === 0 || last[0] === lineBreak) return;
  await handle.truncate((await handle.readFile()).lastIndexOf(lineBreak) + 1);
}

export async function markOf(file: string): Promise<string> {
  const { dev, ino, size, mtimeNs } = await stat(file, { bigint: true }).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return { dev: 0n, ino: 0n, size: 0n, mtimeNs: 0n };
    throw error;
  });
  return [dev, ino, size, mtimeNs].join(':');
}
