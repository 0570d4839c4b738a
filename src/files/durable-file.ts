import { chown, link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Random } from '../core/ports.js';
import { FaceError } from '../errors.js';

/** Whether a thrown thing is an error of the system with this code, such as `ENOENT`. */
export const isSystemError = (error: unknown, code: string): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === code;

/** Whether the system refused because of the account that asks. */
export const isForbidden = (error: unknown): boolean => isSystemError(error, 'EACCES') || isSystemError(error, 'EPERM');

/** Whether there was no room, as the system or SQLite says it: in the error or in what caused it. */
export const isDiskFull = (error: unknown): boolean =>
  error instanceof Error &&
  (isSystemError(error, 'SQLITE_FULL') ||
    isSystemError(error, 'ENOSPC') ||
    (error.cause !== undefined && isDiskFull(error.cause)));

/** How the names of drafts end, after the name of the file they are for. */
const draftEnd = /^\.[0-9a-f]{16}\.new$/;

/** Whether a name is that of a draft for a file, which a crash may leave. */
export const isDraftOf = (file: string, name: string): boolean =>
  name.startsWith(file) && draftEnd.test(name.slice(file.length));

/** A name for a draft of a file. */
export const draftOf = (file: string, random: Random): string =>
  `${file}.${Buffer.from(random(8)).toString('hex')}.new`;

/**
 * Reads a file that only its owner may read; `null` where there is none.
 * @param setting - what an error names
 * @throws FaceError `config_invalid`: unreadable, or readable by others
 */
export async function readPrivateFile(file: string, setting: string): Promise<string | null> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null;
    throw new FaceError('config_invalid', { setting, problem: 'unreadable' }, { cause: error });
  }
  try {
    // Of the open file, so that what is checked is what is read.
    const { mode, uid } = await handle.stat();
    if (!isPrivate({ mode, uid }, process.getuid?.() ?? null))
      throw new FaceError('config_invalid', { setting, file, problem: 'readable by others; its mode must be 0600' });
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

/**
 * Whether only one account can read a file. A file of root's may also be read by a group: so does a container's runtime hand
 * out secrets to a process that is not root. PostgreSQL holds the key of its server to the same rule.
 * @param ownUid - of this process; `null` on Windows, which has no such modes
 * @see https://www.postgresql.org/docs/current/ssl-tcp.html (19.9.1)
 */
export function isPrivate(
  { mode, uid }: { readonly mode: number; readonly uid: number },
  ownUid: number | null,
): boolean {
  if (ownUid === null) return true;
  return (mode & (uid === 0 && ownUid !== 0 ? 0o037 : 0o077)) === 0;
}

/** `undefined` for what is not JSON: the parser's own error would quote the file, and with it a key. */
export function parseKeyJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Replaces a file by a whole one that is on the disk, of the same owner: whoever changes it as root takes it from nobody.
 * Where there is none, it is made. Drafts that a crash left are removed: keys may stand in them.
 */
export async function replaceFile(file: string, text: string, random: Random): Promise<void> {
  const draft = await writeBeside(file, text, random);
  try {
    await giveToOwnerOf(file, draft);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  const [folder, name] = [dirname(file), basename(file)];
  for (const each of await readdir(folder)) if (isDraftOf(name, each)) await rm(join(folder, each), { force: true });
  await syncFolder(file);
}

async function giveToOwnerOf(file: string, draft: string): Promise<void> {
  const former = await stat(file).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return null;
    throw error;
  });
  if (former !== null && process.getuid !== undefined && process.getuid() !== former.uid)
    await chown(draft, former.uid, former.gid);
}

/**
 * Gives what root has made to whom its folder belongs: an administrator runs commands as root, and the server that is to read
 * it runs as another account.
 */
export async function giveToOwnerOfFolder(path: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(dirname(path));
  await chown(path, uid, gid);
}

/** Makes an empty file that its owner alone may read, where there is none. */
export async function makeFile(file: string): Promise<void> {
  const handle = await open(file, 'a', 0o600);
  await handle.close();
  await giveToOwnerOfFolder(file);
}

/** Makes a folder that its owner alone may enter, and those above it, where they are not there; of the owner of the one above. */
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
  await giveToOwnerOfFolder(folder);
}

/** Writes a text beside `file`, mode 0600, complete and on the disk. @returns the name of that draft */
async function writeBeside(file: string, text: string, random: Random): Promise<string> {
  const draft = draftOf(file, random);
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // On a full disk there would be one more after each try, with what fitted of a key.
    await rm(draft, { force: true });
    throw error;
  }
  return draft;
}

/** Makes a file, whole and on the disk, where there is none. @returns whether it was made; of several at once, one is */
export async function createFile(file: string, text: string, random: Random): Promise<boolean> {
  const draft = await writeBeside(file, text, random);
  try {
    // A link never replaces a file, and what it makes visible is complete.
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

/** Puts the entries of the folder that a file is in on the disk. */
export async function syncFolder(file: string): Promise<void> {
  // Windows cannot open a folder, and writes its entries through.
  if (process.platform === 'win32') return;
  const folder = await open(dirname(file), 'r');
  await folder.sync().finally(() => folder.close());
}

const lineBreak = 0x0a;

/**
 * Takes away what a crash or a full disk left of the last line in a file of lines, so that what is added next is a line of its
 * own. The file is made, readable by its owner alone, where there is none.
 */
export async function removeUnfinishedLine(file: string): Promise<void> {
  const handle = await open(file, 'a+', 0o600);
  try {
    const { size } = await handle.stat();
    const last = Buffer.alloc(1);
    await handle.read(last, 0, 1, Math.max(0, size - 1));
    if (size === 0 || last[0] === lineBreak) return;
    await handle.truncate((await handle.readFile()).lastIndexOf(lineBreak) + 1);
  } finally {
    await handle.close();
  }
}

/** Differs for what was put in the place of a file; that of a file which is not there is its own. Throws the system's errors. */
export async function markOf(file: string): Promise<string> {
  const { dev, ino, size, mtimeNs } = await stat(file, { bigint: true }).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return { dev: 0n, ino: 0n, size: 0n, mtimeNs: 0n };
    throw error;
  });
  return [dev, ino, size, mtimeNs].join(':');
}
