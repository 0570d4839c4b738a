import { access, constants, rename, rm } from 'node:fs/promises';
import type Database from 'libsql';
import { z } from 'zod';
import { lockTrail } from '../../audit/lock.js';
import { type DataFiles, fileExists } from '../../config/data-files.js';
import { findCause } from '../../core/base/failure-cause.js';
import { parseJson } from '../../core/base/json.js';
import type { Random } from '../../core/ports.js';
import { FaceError } from '../../errors.js';
import { readIfThere, replaceFile } from '../../files/durable-file.js';
import { checkReadable, currentMark, dataFormat, type FormatMark, parseMark, unmarked } from './format.js';
import { forgetStoreEpoch, snapshotSqlite, withDatabase } from './sqlite.js';

/** A step to a newer data format. Audit logs are never migrated, because their records are hashed. */
export interface Migration {
  readonly to: number;
  readonly what: string;
  /** SQL statements for the embedded store. The statements of all steps run in one transaction. */
  readonly statements: string;
}

export const migrations: readonly Migration[] = [
  { to: 2, what: 'the format is written down, in format.json and in the store; nothing else changes', statements: '' },
];

const ownGuard = z.object({ user_version: z.number() });

export const copyBefore = (stateFile: string, format: number): string => `${stateFile}.before-format-${format}`;

/**
 * Reads the format of a data folder; `null` if the folder is empty.
 * @throws `state_unavailable` if malformed
 */
export async function readFolderMark(files: DataFiles): Promise<FormatMark | null> {
  const text = await readIfThere(files.format);
  if (text !== null) return parseMark(parseJson(text));
  return (await fileExists(files.state)) || (await fileExists(files.audit)) ? unmarked : null;
}

/**
 * Migrates a data folder. The embedded store is copied and then changed in one transaction, so that a crash leaves the
 * store unchanged.
 * @returns path of the copy, or `null` if none was made
 * @throws `data_newer`; `state_unavailable` if a server uses the folder or it is not writable
 */
export async function migrateFolder(
  files: DataFiles,
  { random, steps = migrations }: { readonly random: Random; readonly steps?: readonly Migration[] },
): Promise<string | null> {
  const mark = await readFolderMark(files);
  if (mark !== null) checkReadable(mark, 'the data folder');
  if (mark !== null && mark.format >= dataFormat) return null;
  const unlock = lockTrail(files.audit);
  try {
    const copy = (await fileExists(files.state)) ? await migrateStore(files.state, mark ?? unmarked, steps) : null;
    await writeMark(files.format, random);
    return copy;
  } finally {
    unlock();
  }
}

async function migrateStore(file: string, { format }: FormatMark, steps: readonly Migration[]): Promise<string> {
  const copy = copyBefore(file, dataFormat);
  // Access is checked first, because the database's error would not name the file.
  await access(file, constants.R_OK | constants.W_OK);
  // After a crash between the migration of the store and the change of the format file, the copy already contains the
  // former store.
  const isCopied = (await fileExists(copy)) && (await readOwnFormat(file)) >= dataFormat;
  if (!isCopied) await makeCopy(file, copy);
  await withDatabase(file, (database) => {
    try {
      database.exec('begin immediate');
      const own = ownFormatOf(database);
      for (const { to, statements } of steps) if (to > Math.max(own, format)) database.exec(statements);
      database.exec(`pragma user_version = ${dataFormat}`);
      database.exec('commit');
    } catch (error) {
      if (database.inTransaction) database.exec('rollback');
      throw toUnwritten(error, 'the store could not be changed; it is as it was');
    }
  });
  return copy;
}

async function makeCopy(file: string, copy: string): Promise<void> {
  const draft = `${copy}.new`;
  // An interrupted attempt may have left a draft.
  await rm(draft, { force: true });
  try {
    await snapshotSqlite(file, draft);
    // Without its epoch, a restored copy gets all denied tokens from the audit log again.
    await forgetStoreEpoch(draft);
    await rename(draft, copy);
  } catch (error) {
    await rm(draft, { force: true });
    throw toUnwritten(error, 'the copy of the store could not be made; nothing was changed');
  }
}

const readOwnFormat = (file: string): Promise<number> => withDatabase(file, ownFormatOf, { readonly: true });

const ownFormatOf = (database: Database.Database): number =>
  ownGuard.parse(database.prepare('pragma user_version').get()).user_version;

function toUnwritten(cause: unknown, problem: string): FaceError {
  const found = findCause(cause);
  const detail = { store: 'sqlite', problem: found === null ? problem : `${problem}: ${found}` };
  return new FaceError('state_unavailable', detail, { cause });
}

async function writeMark(file: string, random: Random): Promise<void> {
  await replaceFile(file, `${JSON.stringify(currentMark)}\n`, random);
}
