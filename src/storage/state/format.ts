import { access, constants } from 'node:fs/promises';
import { z } from 'zod';
import { type DataFiles, fileExists } from '../../config/data-files.js';
import { parseJson } from '../../core/base/json.js';
import { makeOnce } from '../../core/base/make-once.js';
import { version } from '../../core/base/version.js';
import type { Random, State } from '../../core/ports.js';
import { FaceError } from '../../errors.js';
import { readIfThere, replaceFile } from '../../files/durable-file.js';
import { callsAfter } from './store-epoch.js';

/** Current format of the data folder and of a shared store. */
const dataFormat = 2;

const markGuard = z.object({
  format: z.int().min(1),
  /** Oldest format that a server may support and still read this data. */
  readableFrom: z.int().min(1),
  writtenBy: z.string(),
});

type FormatMark = z.output<typeof markGuard>;

const currentMark: FormatMark = { format: dataFormat, readableFrom: 1, writtenBy: version };

/** @throws `state_unavailable` if malformed */
function parseMark(value: unknown): FormatMark {
  const parsed = markGuard.safeParse(value);
  if (!parsed.success) throw new FaceError('state_unavailable', { problem: 'its format is not understood' });
  return parsed.data;
}

function checkReadable(mark: FormatMark, where: string): FormatMark {
  if (mark.readableFrom > dataFormat)
    throw new FaceError('data_newer', {
      where,
      writtenBy: mark.writtenBy,
      format: mark.format,
      thisVersion: version,
      reads: dataFormat,
    });
  return mark;
}

/**
 * Checks the format of a data folder.
 * @returns `null` if none is recorded
 * @throws `data_newer`, `state_unavailable`
 */
export async function checkFolderFormat(files: DataFiles, where = 'the data folder'): Promise<FormatMark | null> {
  const text = await readIfThere(files.format);
  return text === null ? null : checkReadable(parseMark(parseJson(text)), where);
}

/** Checks the format of a data folder, and records it in a new one. @throws `data_newer`, `state_unavailable` */
export async function settleFolderFormat(files: DataFiles, random: Random): Promise<void> {
  const mark = await checkFolderFormat(files);
  // The database's error would not name the file.
  if (await fileExists(files.state)) await access(files.state, constants.R_OK | constants.W_OK);
  if (mark === null) await replaceFile(files.format, `${JSON.stringify(currentMark)}\n`, random);
}

const key = 'format';

/** Checks the format of a shared store. @throws `data_newer`, `state_unavailable` */
export async function checkStoreFormat(state: Pick<State, 'read'>): Promise<FormatMark | null> {
  const found = await state.read(key);
  return found === null ? null : checkReadable(parseMark(found.value), 'the state store');
}

/** Checks the format of a shared store, and records it in a new one. */
async function settleStoreFormat(state: Pick<State, 'read' | 'write'>): Promise<void> {
  const mark = await checkStoreFormat(state);
  if (mark === null) await state.write(key, currentMark, { when: 'any', expiresAt: null });
}

/** Wraps a store, so that its format is checked before the first use. */
export function withFormat(state: State): State {
  const settled = makeOnce(() => settleStoreFormat(state));
  return {
    ...callsAfter(settled, state),
    storeEpoch: () => settled().then(() => state.storeEpoch()),
    close: () => state.close(),
  };
}
