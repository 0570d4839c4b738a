import { z } from 'zod';
import type { SubjectRef } from '../../core/connection.js';
import type { LedgerDeps } from '../../core/ports/ledger-store.js';
import type { LedgerRow, LedgerStore } from '../../core/ports.js';
import { addSec, epochMsGuard, secondsPerDay } from '../../core/units.js';
import {
  atTime,
  erasedPartition,
  lineKeyOf,
  ofPerson,
  parseLine,
  personKeys,
  referencesTo,
  timesOf,
} from './places.js';

const erasedGuard = z.object({
  connection: z.string(),
  subject: z.string(),
  at: epochMsGuard,
  lineId: z.string(),
});

export type Erased = z.output<typeof erasedGuard>;

/** Creates a record of the erasure, so that log lines that other servers write afterwards are erased too. */
export const toErasedRow = (erased: Erased): LedgerRow => ({
  partition: erasedPartition,
  sort: atTime(erased.at, erased),
  value: JSON.stringify(erased),
  version: null,
  expiresAt: null,
});

const linesAtOnce = 200;

export async function removeLines(ids: readonly string[], ledger: LedgerStore): Promise<number> {
  const keys = ids.map(lineKeyOf);
  const found = (await ledger.get(keys)).flatMap((text, index) => {
    const id = ids[index];
    return text === null || id === undefined ? [] : [parseLine(id, text)];
  });
  await ledger.remove([...keys, ...found.flatMap(referencesTo)]);
  return found.length;
}

/** Removes the person's log lines about events before the erasure. */
export async function eraseLines(
  { lineId, ...who }: SubjectRef & Pick<Erased, 'lineId'>,
  { ledger }: Pick<LedgerDeps, 'ledger'>,
): Promise<void> {
  const { partition, after } = ofPerson(who);
  for (;;) {
    const found = await ledger.range({ partition, after, before: `${after}${lineId}` }, linesAtOnce, 'oldest first');
    if (found.length === 0) return;
    await removeLines(
      found.map(({ sort }) => lineKeyOf(sort).sort),
      ledger,
    );
    await ledger.remove(found.map(({ sort }) => ({ partition, sort })));
  }
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
