import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { lockTrail, TrailInUse } from '../../audit/lock.js';
import { closedSegmentsOf, lockFileOf } from '../../audit/trail-files.js';
import { CommandError, UsageError } from '../../cli/command-error.js';
import type { CliDeps } from '../../cli/deps.js';
import { type DataFiles, fileExists, filesOf } from '../../config/data-files.js';
import type { Ports } from '../../core/deps.js';
import { toIso } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { chownToFolderOwner, createFile, draftOf, isSystemError, makeFolder } from '../../files/durable-file.js';
import { checkFolderFormat } from '../../storage/state/format.js';
import { forgetStoreEpoch, snapshotSqlite } from '../../storage/state/sqlite.js';
import { writeLastBackup } from '../operations/last-backup.js';
import {
  type BackupEntry,
  copyWhole,
  type Manifest,
  manifestFileOf,
  measureFile,
  readManifest,
} from './backup-manifest.js';

const passingName = /\.new$|\.replaced-\d{8}T\d{6}Z$/;

/** `lost+found`, present if the data folder is a mount point. */
const ofVolume = 'lost+found';

const keyFilesOf = ({ keys, signingKeys, oidcKeys }: DataFiles): readonly string[] => [keys, signingKeys, oidcKeys];

async function listDataFiles(dataFolder: string, files: DataFiles): Promise<string[]> {
  const apart = new Set([
    // The decision log can be rebuilt from the audit log.
    ...[files.state, files.ledger].flatMap((file) => ['', '-wal', '-shm'].map((end) => `${file}${end}`)),
    // SQLite writes a journal next to the lock.
    ...['', '-journal'].map((end) => `${lockFileOf(files.audit)}${end}`),
    ...keyFilesOf(files),
    files.lastBackup,
  ]);
  const top = await readdir(dataFolder, { withFileTypes: true });
  const folders = top
    .filter(({ name }) => name !== ofVolume && !passingName.test(name))
    .filter((entry) => entry.isDirectory());
  const below = await Promise.all(
    folders.map(({ name }) => readdir(join(dataFolder, name), { recursive: true, withFileTypes: true })),
  );
  const entries = [top, ...below].flat().filter((entry) => entry.isFile());
  const names = entries.map(({ parentPath, name }) => join(parentPath, name));
  // By name, signed heads ("audit-heads.jsonl") are copied before their audit log, which may grow meanwhile.
  return names.filter((name) => !apart.has(name) && !passingName.test(name)).toSorted();
}

/**
 * Copies data folder and key files of a running server.
 * @param request.to - an empty or absent folder
 * @throws UsageError
 */
export async function writeBackup(
  request: {
    readonly dataFolder: string;
    readonly files: DataFiles;
    readonly to: string;
    readonly withKeys: boolean;
  },
  { clock, random }: Ports<'clock' | 'random'>,
): Promise<Manifest> {
  const { dataFolder, files, to, withKeys } = request;
  if (!(await fileExists(dataFolder))) throw new UsageError(`there is no ${dataFolder}`);
  if (`${resolve(to)}${sep}`.startsWith(`${resolve(dataFolder)}${sep}`))
    throw new UsageError(`${to} is in the data folder itself`);
  await mkdir(to, { recursive: true, mode: 0o700 });
  if ((await readdir(to)).length > 0) throw new UsageError(`${to} is not empty`);
  const entries: BackupEntry[] = [];

  // The store is copied first, so that the audit log covers everything in it.
  if (await fileExists(files.state)) {
    const path = `data/${basename(files.state)}`;
    await mkdir(join(to, 'data'), { recursive: true, mode: 0o700 });
    await snapshotSqlite(files.state, join(to, path));
    entries.push({ path, ...(await measureFile(join(to, path))) });
  }
  const segments = await nameSegments(files);
  for (const file of await listDataFiles(dataFolder, files)) {
    const path = ['data', ...relative(dataFolder, file).split(sep)].join('/');
    const entry = await copyInto(to, path, file);
    if (entry !== null) entries.push(entry);
  }
  // A segment of the audit log is renamed when it is closed, and replaced when it is compressed. If that happened during the copy, the copy could have the
  // segment twice or not at all.
  if ((await nameSegments(files)) !== segments)
    throw new FaceError('state_unavailable', {
      store: 'audit',
      problem: 'a segment was closed or compressed meanwhile; try again',
    });
  for (const file of withKeys ? keyFilesOf(files) : []) {
    const entry = await copyInto(to, `keys/${basename(file)}`, file);
    if (entry !== null) entries.push(entry);
  }
  const manifest: Manifest = { version: 1, madeAt: toIso(clock.now()), files: entries };
  await createFile(manifestFileOf(to), `${JSON.stringify(manifest, null, 2)}\n`, random);
  return manifest;
}

const nameSegments = async ({ audit }: DataFiles): Promise<string> =>
  (await closedSegmentsOf(audit)).map(({ file }) => file).join();

async function copyInto(to: string, path: string, file: string): Promise<BackupEntry | null> {
  await mkdir(dirname(join(to, path)), { recursive: true, mode: 0o700 });
  try {
    return { path, ...(await copyWhole(file, join(to, path))) };
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null;
    throw error;
  }
}

interface Restored {
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
  const copied = filesOf({ dataFolder: join(from, 'data'), keys: { kind: 'local', folder: null } });
  await checkFolderFormat(copied, 'the backup');
  await makeFolder(dataFolder);
  const unlock = lockStopped(dataFolder, files);
  const staging = join(dataFolder, stagingName);
  const drafts = new Map<string, string>();
  const clear = async (): Promise<void> => {
    for (const path of [staging, ...drafts.keys()]) await rm(path, { recursive: true, force: true });
  };
  try {
    await chownToFolderOwner(lockFileOf(files.audit));
    await clear();
    const present = await listPresent(dataFolder, files);
    if (present.length > 0 && !replace)
      throw new UsageError(`${dataFolder} is not empty: --replace moves its content aside`);
    await makeFolder(staging);
    const keptKeys: string[] = [];
    const keyFiles = new Map(keyFilesOf(files).map((file) => [`keys/${basename(file)}`, file]));
    for (const { path } of manifest.files) {
      const keyFile = keyFiles.get(path);
      if (keyFile !== undefined && (await fileExists(keyFile))) {
        keptKeys.push(keyFile);
        continue;
      }
      const to = keyFile === undefined ? join(staging, path.replace(/^data\//, '')) : draftOf(keyFile, random);
      if (keyFile !== undefined) drafts.set(to, keyFile);
      await makeFolder(dirname(to));
      await copyWhole(join(from, path), to);
      await chownToFolderOwner(to);
    }
    const stagedState = join(staging, basename(files.state));
    if (await fileExists(stagedState)) await forgetStoreEpoch(stagedState);
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

export function createBackupCommand(deps: CliDeps): CommandUnknownOpts {
  return new Command('backup')
    .summary('back up the data folder while the server runs')
    .description(
      'Copies the embedded store as it is at one moment, the audit trail with its signed heads, and the keys, into a folder ' +
        'that only you can read, with the SHA-256 of each file. Back up a shared store with its own tools.',
    )
    .argument('<folder>', 'empty or new folder')
    .option('--without-keys', 'leave out the key files, so that the backup alone cannot open sealed data')
    .action(async (to, { withoutKeys = false }) => {
      const config = await deps.loadStored();
      const files = filesOf(config);
      const { dataFolder } = config;
      const { files: copied } = await writeBackup({ dataFolder, files, to, withKeys: !withoutKeys }, deps);
      const { madeAt } = await readManifest(to);
      const bytes = copied.reduce((sum, each) => sum + each.bytes, 0);
      const hasKeys = copied.some(({ path }) => path.startsWith('keys/'));
      const checkedAt = toIso(deps.clock.now());
      const hasState = config.state.kind === 'sqlite';
      const known = { madeAt, checkedAt, files: copied.length, bytes, hasKeys, hasState };
      await writeLastBackup(files.lastBackup, known, deps.random);
      if (deps.printJson({ folder: to, ...known })) return;
      deps.print(`Copied: ${copied.length} files, ${bytes} bytes, to ${to}`);
      if (config.state.kind !== 'sqlite')
        deps.print(`Not copied: the state, which is in ${config.state.kind}. Back that up there.`);
      if (hasKeys) deps.print('The backup contains keys that can open every token. Protect it like the keys.');
      else
        deps.print(
          'The backup contains no keys. Back up the keys separately: sealed data cannot be opened without them.',
        );
    });
}

export function createRestoreCommand(deps: CliDeps): CommandUnknownOpts {
  return new Command('restore')
    .summary('restore a backup while the server is stopped')
    .description(
      'Verifies every file of a backup by its SHA-256 and copies it to the data folder of the configuration. Nothing is ' +
        'deleted; existing key files are kept.',
    )
    .argument('<folder>', 'folder that `facestep backup` wrote')
    .option('--replace', 'move the present content of the data folder aside')
    .action(async (from, { replace = false }) => {
      const config = await deps.loadKept();
      const { dataFolder } = config;
      const { manifest, putAside, keptKeys } = await restoreBackup(
        { from, dataFolder, files: filesOf(config), replace },
        deps,
      );
      deps.print(`Restored: ${manifest.files.length - keptKeys.length} files of ${manifest.madeAt}, to ${dataFolder}`);
      if (putAside !== null) deps.print(`Moved aside: the previous files, with names ending in ${putAside}`);
      for (const file of keptKeys) deps.print(`Kept: ${file}`);
      for (const line of lost(manifest.madeAt)) deps.print(line);
    });
}

const lost = (madeAt: string): readonly string[] => [
  `Lost: everything after ${madeAt}.`,
  '- Revocations since then: revoke these users again. Their profile attribute is already empty, but a copied token would',
  '  be accepted.',
  '- Erasures since then: erase these users again. Their data is stored again.',
  '- Enrolments since then: the users are still enrolled at the provider; their consent record and passkey are lost.',
  '- Client tokens, applications and administrators created since then: create them again. Revoke again what was revoked.',
  '- Data sealed under keys created since then: it opens only if those key files still exist.',
  'Receipts issued before the next start are refused; with a shared store, also for up to 31 seconds after it.',
  'A shared store has later records: audit verify reports “truncated” from now on (docs/audit.md).',
  'The decision log and the list of people are not in a backup. Create them again with facestep ledger rebuild.',
];
