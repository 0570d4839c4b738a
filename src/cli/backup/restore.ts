import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { lockTrail, TrailInUse } from '../../audit/lock.js';
import { lockFileOf } from '../../audit/trail-files.js';
import { type DataFiles, filesOf, isThere } from '../../config/data-files.js';
import type { Clock, Random } from '../../core/ports.js';
import { toIso } from '../../core/units.js';
import { draftOf, giveToOwnerOfFolder, makeFolder } from '../../files/durable-file.js';
import { checkReadable } from '../../state/format.js';
import { readFolderMark } from '../../state/migrate.js';
import { forgetStoreEpoch } from '../../state/sqlite-snapshot.js';
import { CommandError } from '../command-error.js';
import { UsageError } from '../usage-error.js';
import { copyWhole, type Manifest, readManifest } from './manifest.js';
import { keyFilesOf, ofVolume } from './write.js';

/** What a restore did. */
export interface Restored {
  readonly manifest: Manifest;
  /** How the names of files end that were there and were put aside; `null`: there were none. */
  readonly putAside: string | null;
  /** Key files that were there and stayed as they are. */
  readonly keptKeys: readonly string[];
}

/** What is being copied lies here, in the data folder, until all of it is there. Backups leave it out by its end. */
const stagingName = 'restoring.new';

/**
 * Puts a backup into the data folder of a server that does not run. All of it is copied before anything is put in place: where
 * the disk is full, what was there is there as it was. Nothing is deleted: what is there is put aside, and key
 * files that are there stay, as they may hold versions the backup does not know. The store no longer says since when it
 * holds everything, so the server refuses what was issued before its next start. What root restores belongs to whom the folder
 * belongs to.
 * @param request.replace - whether there may be something in the data folder
 * @throws FaceError `data_newer`: a newer version wrote the backup; CommandError `backup_invalid`, `server_running`; UsageError: there is something in the data folder
 */
export async function restoreBackup(
  request: {
    readonly from: string;
    readonly dataFolder: string;
    readonly files: DataFiles;
    readonly replace: boolean;
  },
  { clock, random }: { readonly clock: Clock; readonly random: Random },
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
    // Of one that was broken off.
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
    // From here on nothing takes room. Keys first: a server does not start on a trail whose keys are missing.
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

/** Keeps every server from starting meanwhile. @throws CommandError `server_running` */
function lockStopped(dataFolder: string, files: DataFiles): () => void {
  try {
    return lockTrail(files.audit);
  } catch (error) {
    if (error instanceof TrailInUse) throw new CommandError('server_running', { dataFolder }, { cause: error });
    throw error;
  }
}

/** What is in the data folder, but for the lock we hold, keys, what was put aside before, and what is the volume's. */
async function listPresent(dataFolder: string, files: DataFiles): Promise<string[]> {
  const keys = new Set(keyFilesOf(files).map((file) => basename(file)));
  // SQLite keeps a journal beside the lock.
  const lock = basename(lockFileOf(files.audit));
  return (await readdir(dataFolder)).filter(
    (name) => name !== ofVolume && !keys.has(name) && !name.startsWith(lock) && !/\.replaced-\d{8}T\d{6}Z$/.test(name),
  );
}
