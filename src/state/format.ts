import { z } from 'zod';
import { version } from '../base/version.js';
import type { State } from '../core/ports.js';
import { FaceError } from '../errors.js';

/**
 * The format of what this version keeps: in the data folder, and in a store that servers share. 1 is what versions before
 * 0.1.0 left, which wrote no number down.
 */
export const dataFormat = 2;

/** What is written beside kept data. */
const markGuard = z.object({
  format: z.int().min(1),
  /** The oldest format whose versions may work with it: who goes back that far needs no backup. */
  readableFrom: z.int().min(1),
  /** The version that wrote it. */
  writtenBy: z.string(),
});

/** Which format kept data has. */
export type FormatMark = z.output<typeof markGuard>;

/** What data without a mark is. */
export const unmarked: FormatMark = { format: 1, readableFrom: 1, writtenBy: 'a version before 0.1.0' };

/** What this version writes: nothing that format 1 kept has changed, so its versions may go on with it. */
export const currentMark: FormatMark = { format: dataFormat, readableFrom: 1, writtenBy: version };

/** @throws FaceError `state_unavailable`: it is no mark */
export function parseMark(value: unknown): FormatMark {
  const parsed = markGuard.safeParse(value);
  if (!parsed.success) throw new FaceError('state_unavailable', { problem: 'its format is not understood' });
  return parsed.data;
}

/** @param where - what the error names @throws FaceError `data_newer` */
export function checkReadable(mark: FormatMark, where: string): void {
  if (mark.readableFrom > dataFormat)
    throw new FaceError('data_newer', {
      ...{ where, writtenBy: mark.writtenBy, format: mark.format },
      ...{ thisVersion: version, reads: dataFormat },
    });
}

const key = 'format';

/** What a store that servers share says of its format. @throws FaceError `state_unavailable` */
export async function readStoreMark(state: Pick<State, 'read'>): Promise<FormatMark> {
  const found = await state.read(key);
  return found === null ? unmarked : parseMark(found.value);
}

/**
 * Sees that a store that servers share can be read, and writes down that it is of this format. Servers of the former version
 * go on beside this one.
 * @throws FaceError `data_newer`, `state_unavailable`
 */
export async function settleStoreFormat(state: Pick<State, 'read' | 'write'>): Promise<void> {
  const mark = await readStoreMark(state);
  checkReadable(mark, 'the state store');
  if (mark.format < dataFormat) await state.write(key, currentMark, { when: 'any', expiresAt: null });
}

/** The same store, which answers nothing before its format was seen to be one that this version reads. */
export function withFormat(state: State): State {
  let isSettled = false;
  let settling: Promise<void> | null = null;
  const settled = (): Promise<void> => {
    settling ??= settleStoreFormat(state)
      .then(() => {
        isSettled = true;
      })
      .finally(() => {
        settling = null;
      });
    return settling;
  };
  const after = <T>(work: () => Promise<T>): Promise<T> => (isSettled ? work() : settled().then(work));
  return {
    read: (name) => after(() => state.read(name)),
    readMany: (names) => after(() => state.readMany(names)),
    write: (name, value, options) => after(() => state.write(name, value, options)),
    add: (name, amount, expiresAt) => after(() => state.add(name, amount, expiresAt)),
    delete: (name) => after(() => state.delete(name)),
    storeEpoch: () => after(() => state.storeEpoch()),
    close: () => state.close(),
  };
}
