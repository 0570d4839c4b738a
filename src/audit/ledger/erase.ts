import { z } from 'zod';
import type { SubjectRef } from '../../core/connection.js';
import type { LedgerDeps } from '../../core/ports/ledger-store.js';
import type { LedgerKey, LedgerRange, LedgerStore } from '../../core/ports.js';
import { addSec, epochMsGuard, secondsPerDay } from '../../core/units.js';
import { erasedPartition, lineKeyOf, ofPerson, parseLine, personKeys, referencesTo, timesOf } from './places.js';

const erasedGuard = z.object({
  connection: z.string(),
  subject: z.string(),
  at: epochMsGuard,
  lineId: z.string(),
});

/** Record of an erasure, so that log lines that other servers write afterwards are erased too. */
export type Erased = z.output<typeof erasedGuard>;

/** Number of rows to remove before other work gets a turn. */
const rowsAtOnce = 100;

export interface Removal {
  readonly ledger: LedgerStore;
  /** Yields to waiting work. */
  readonly pause?: () => Promise<void>;
}

/**
 * Removes the oldest rows of a range.
 * @param belonging - returns the keys of other rows that belong to removed rows
 */
export async function removeRange(
  range: LedgerRange,
  belonging: (rows: readonly FoundRow[]) => readonly LedgerKey[] | Promise<readonly LedgerKey[]>,
  { ledger, pause }: Removal,
  most = Number.POSITIVE_INFINITY,
): Promise<void> {
  for (let left = most; left > 0; left -= rowsAtOnce) {
    const found = await ledger.range(range, Math.min(rowsAtOnce, left), 'oldest first');
    if (found.length === 0) return;
    // The range is emptied last, so that a removal that fails is found again.
    await ledger.remove(await belonging(found));
    await ledger.remove(found.map(({ sort }) => ({ partition: range.partition, sort })));
    await pause?.();
  }
}

type FoundRow = Awaited<ReturnType<LedgerStore['range']>>[number];

/** Returns the keys of the rows that refer to lines. */
export const referencesToLines = (rows: readonly FoundRow[]): LedgerKey[] =>
  rows.flatMap(({ sort, value }) => referencesTo(parseLine(sort, value)));

/** Removes the person's log lines about events before the erasure. */
export async function eraseLines(
  { lineId, ...who }: SubjectRef & Pick<Erased, 'lineId'>,
  { ledger }: Pick<LedgerDeps, 'ledger'>,
): Promise<void> {
  const { partition, after } = ofPerson(who);
  const findLines = async (references: readonly FoundRow[]): Promise<LedgerKey[]> => {
    const keys = references.map(({ sort }) => lineKeyOf(sort));
    const values = await ledger.get(keys);
    const lines = keys.flatMap(({ sort }, index) => {
      const value = values[index] ?? null;
      return value === null ? [] : [{ sort, value }];
    });
    return [...keys, ...referencesToLines(lines)];
  };
  await removeRange({ partition, after, before: `${after}${lineId}` }, findLines, { ledger });
}

/** Repeats the erasures of the last day, to remove log lines written since, and deletes older records of erasures. */
export async function eraseLate({ ledger, clock }: Pick<LedgerDeps, 'ledger' | 'clock'>): Promise<void> {
  const all = timesOf(erasedPartition, { since: null, before: null });
  for (const { sort, value } of await ledger.range(all, 1000, 'oldest first')) {
    const erased = erasedGuard.parse(JSON.parse(value));
    await eraseLines(erased, { ledger });
    if (addSec(erased.at, secondsPerDay) > clock.now()) continue;
    // Rows that have new data since the erasure are kept. Rows without a value only mark the erasure and are removed.
    const parts = Object.values(personKeys(erased));
    const values = await ledger.get(parts);
    const gone = parts.filter((_, index) => values[index] === null);
    await ledger.remove([{ partition: erasedPartition, sort }, ...gone]);
  }
}
