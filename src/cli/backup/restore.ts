import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { lockTrail, TrailInUse } from '../../audit/lock.js';
import { lockFileOf } from '../../audit/trail-files.js';
import { type DataFiles, filesOf, isThere } from '../../config/data-files.js';
import type { Ports } from '../../core/deps.js';
import { toIso } from '../../core/units.js';
import { draftOf, giveToOwnerOfFolder, makeFolder } from '../../storage/files/durable-file.js';
import { checkReadable } from '../../storage/state/format.js';
import { readFolderMark } from '../../storage/state/migrate.js';
import { forgetStoreEpoch } from '../../storage/state/sqlite-snapshot.js';
import { CommandError } from '../command-error.js';
import { UsageError } from '../usage-error.js';
import { copyWhole, type Manifest, readManifest } from './manifest.js';
import { keyFilesOf, ofVolume } from './write.js';

export interface Restored {
  readonly manifest: Manifest;
  /** Suffix that was added to the names of files that existed before, or `null` if there were none. */
  readonly putAside: string | null;
  readonly keptKeys: readonly string[];
}

/** Folder for the copy until it is complete. Backups skip it because of its suffix. */
const stagingName = 'restoring.new';

/**
 * Restores a backup to the data folder of a stopped server. The whole backup is copied first, so a full disk changes
 * nothing. Existing files are renamed, but existing key files stay. After its next start, the server refuses single-use
 * items that were issued before.
 * @throws `data_newer`; CommandError `backup_invalid`, `server_running`; UsageError if the data folder is not empty
 */
export async function restoreBackup(
  request: {
    readonly from: string;
    readonly dataFolder: string;
    readonly files: DataFiles;
    readonly replace: boolean;
  },
  { clock, random }: Ports<'clock' | 'random'>,
): Promise<Restored> {
  const { from, dataFolder, files, replace } = request;
  const manifest = await readManifest(from);
  const mark = await readFolderMark(filesOf({ dataFolder: join(from, 'data'), keys: { kind: 'local', folder: null } }));
  if (mark !== null) checkReadable(mark, 'the backup');
  await makeFolder(dataFolder);
  const unlock = lockStopped(dataFolder, files);
  const staging = join(dataFolder, stagingName);
  const drafts = new Map<string, string>();
  const clear = async (): Promise<void> => {
    for (const path of [staging, ...drafts.keys()]) await rm(path, { recursive: true, force: true });
  };
  try {
    await giveToOwnerOfFolder(lockFileOf(files.audit));
    await clear();
    const present = await listPresent(dataFolder, files);
    if (present.length > 0 && !replace)
      throw new UsageError(`${dataFolder} is not empty: --replace puts aside what is there`);
    await makeFolder(staging);
    const keptKeys: string[] = [];
    const keyFiles = new Map(keyFilesOf(files).map((file) => [`keys/${basename(file)}`, file]));
    for (const { path } of manifest.files) {
      const keyFile = keyFiles.get(path);
      if (keyFile !== undefined && (await isThere(keyFile))) {
        keptKeys.push(keyFile);
        continue;
      }
      const to = keyFile === undefined ? join(staging, path.replace(/^data\//, '')) : draftOf(keyFile, random);
      if (keyFile !== undefined) drafts.set(to, keyFile);
      await makeFolder(dirname(to));
      await copyWhole(join(from, path), to);
      await giveToOwnerOfFolder(to);
    }
    const stagedState = join(staging, basename(files.state));
    if (await isThere(stagedState)) await forgetStoreEpoch(stagedState);
    // From here on no disk space is needed. Keys come first, because a server does not start with an audit log whose
    // keys are missing.
    for (const [draft, keyFile] of drafts) await rename(draft, keyFile);
    const ending = `.replaced-${toIso(clock.now()).replace(/[-:]|\.\d+/g, '')}`;
    for (const name of present) await rename(join(dataFolder, name), join(dataFolder, `${name}${ending}`));
    for (const name of await readdir(staging)) await rename(join(staging, name), join(dataFolder, name));
    return { manifest, putAside: present.length === 0 ? null : ending, keptKeys };
  } finally {
    await clear();
    unlock();
  }
}

/** Prevents servers from starting. @throws CommandError `server_running` */
function lockStopped(dataFolder: string, files: DataFiles): () => void {
  try {
    return lockTrail(files.audit);
  } catch (error) {
    if (error instanceof TrailInUse) throw new CommandError('server_running', { dataFolder }, { cause: error });
    throw error;
  }
}

async function listPresent(dataFolder: string, files: DataFiles): Promise<string[]> {
  const keys = new Set(keyFilesOf(files).map((file) => basename(file)));
  // SQLite writes a journal next to the lock.
  const lock = basename(lockFileOf(files.audit));
  return (await readdir(dataFolder)).filter(
    (name) => name !== ofVolume && !keys.has(name) && !name.startsWith(lock) && !/\.replaced-\d{8}T\d{6}Z$/.test(name),
  );
}
