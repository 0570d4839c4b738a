import { mkdir, readdir } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { closedSegmentsOf, lockFileOf } from '../../audit/trail-files.js';
import { type DataFiles, isThere } from '../../config/data-files.js';
import type { Ports } from '../../core/deps.js';
import { toIso } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { createFile, isSystemError } from '../../storage/files/durable-file.js';
import { snapshotSqlite } from '../../storage/state/sqlite-snapshot.js';
import { UsageError } from '../usage-error.js';
import { type BackupEntry, copyWhole, type Manifest, manifestFileOf, measureFile } from './manifest.js';

const passingName = /\.new$|\.replaced-\d{8}T\d{6}Z$/;

/** `lost+found`, present if the data folder is a mount point. */
export const ofVolume = 'lost+found';

export const keyFilesOf = ({ keys, signingKeys, oidcKeys }: DataFiles): readonly string[] => [
  keys,
  signingKeys,
  oidcKeys,
];

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
  if (!(await isThere(dataFolder))) throw new UsageError(`there is no ${dataFolder}`);
  if (`${resolve(to)}${sep}`.startsWith(`${resolve(dataFolder)}${sep}`))
    throw new UsageError(`${to} is in the data folder itself`);
  await mkdir(to, { recursive: true, mode: 0o700 });
  if ((await readdir(to)).length > 0) throw new UsageError(`${to} is not empty`);
  const entries: BackupEntry[] = [];

  // The store is copied first, so that the audit log covers everything in it.
  if (await isThere(files.state)) {
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
  // A segment of the audit log is renamed when it is closed. If that happened during the copy, the copy could have the
  // segment twice or not at all.
  if ((await nameSegments(files)) !== segments)
    throw new FaceError('state_unavailable', { store: 'audit', problem: 'a segment was closed meanwhile; try again' });
  for (const file of withKeys ? keyFilesOf(files) : []) {
    const entry = await copyInto(to, `keys/${basename(file)}`, file);
    if (entry !== null) entries.push(entry);
  }
  const manifest: Manifest = { version: 1, madeAt: toIso(clock.now()), files: entries };
  await createFile(manifestFileOf(to), `${JSON.stringify(manifest, null, 2)}\n`, random);
  return manifest;
}

const nameSegments = async ({ audit }: DataFiles): Promise<string> =>
  (await closedSegmentsOf(audit)).map(({ lastSequence }) => lastSequence).join();

async function copyInto(to: string, path: string, file: string): Promise<BackupEntry | null> {
  await mkdir(dirname(join(to, path)), { recursive: true, mode: 0o700 });
  try {
    return { path, ...(await copyWhole(file, join(to, path))) };
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null;
    throw error;
  }
}
