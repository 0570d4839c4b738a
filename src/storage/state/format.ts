import { z } from 'zod';
import { version } from '../../core/base/version.js';
import type { State } from '../../core/ports.js';
import { FaceError } from '../../errors.js';
import { callsAfter } from './store-epoch.js';

/** Current format of the data folder and of a shared store. */
export const dataFormat = 2;

const markGuard = z.object({
  format: z.int().min(1),
  /** Oldest format that a server may support and still read this data. */
  readableFrom: z.int().min(1),
  writtenBy: z.string(),
});

export type FormatMark = z.output<typeof markGuard>;

/** Mark of a folder without one, such as after a return to the copy that precedes a migration. */
export const unmarked: FormatMark = { format: 1, readableFrom: 1, writtenBy: 'a version that recorded no format' };

export const currentMark: FormatMark = { format: dataFormat, readableFrom: 1, writtenBy: version };

/** @throws `state_unavailable` if malformed */
export function parseMark(value: unknown): FormatMark {
  const parsed = markGuard.safeParse(value);
  if (!parsed.success) throw new FaceError('state_unavailable', { problem: 'its format is not understood' });
  return parsed.data;
}

export function checkReadable(mark: FormatMark, where: string): void {
  if (mark.readableFrom > dataFormat)
    throw new FaceError('data_newer', {
      where,
      writtenBy: mark.writtenBy,
      format: mark.format,
      thisVersion: version,
      reads: dataFormat,
    });
}

const key = 'format';

export async function readStoreMark(state: Pick<State, 'read'>): Promise<FormatMark> {
  const found = await state.read(key);
  return found === null ? unmarked : parseMark(found.value);
}

/** Checks the format of a shared store. @throws `data_newer`, `state_unavailable` */
export async function checkStoreFormat(state: Pick<State, 'read'>): Promise<FormatMark> {
  const mark = await readStoreMark(state);
  checkReadable(mark, 'the state store');
  return mark;
}

/** Checks the format of a shared store and records this one. */
async function settleStoreFormat(state: Pick<State, 'read' | 'write'>): Promise<void> {
  const mark = await checkStoreFormat(state);
  if (mark.format < dataFormat) await state.write(key, currentMark, { when: 'any', expiresAt: null });
}

/** Wraps a store, so that its format is checked before the first use. */
export function withFormat(state: State): State {
  let settling: Promise<void> | null = null;
  const settled = (): Promise<void> => {
    settling ??= settleStoreFormat(state).catch((error: unknown) => {
      settling = null;
      throw error;
    });
    return settling;
  };
  return {
    ...callsAfter(settled, state),
    storeEpoch: () => settled().then(() => state.storeEpoch()),
    close: () => state.close(),
  };
}
