import { z } from 'zod';
import type { SubjectRef } from '../connection.js';
import type { LedgerRow, LedgerStore } from '../ports.js';
import { addSec, epochMsGuard, secondsPerDay } from '../units.js';
import type { LedgerDeps } from './deps.js';
import { parseLine } from './line.js';
import { atTime, erasedPartition, lineKeyOf, ofPerson, personKeys, referencesTo, timesOf } from './places.js';

const erasedGuard = z.object({
  connection: z.string(),
  subject: z.string(),
  at: epochMsGuard,
  /** Of the line that says so: it and later ones stay. */
  lineId: z.string(),
});

/** Somebody who was erased. */
export type Erased = z.output<typeof erasedGuard>;

/** Kept so that lines which another server writes late are erased as well. */
export const toErasedRow = (erased: Erased): LedgerRow => ({
  partition: erasedPartition,
  sort: atTime(erased.at, erased),
  value: JSON.stringify(erased),
  version: null,
  expiresAt: null,
});

const linesAtOnce = 200;

/** Takes lines away, with all that refers to them. @returns how many were there */
export async function removeLines(ids: readonly string[], ledger: LedgerStore): Promise<number> {
  const keys = ids.map(lineKeyOf);
  const found = (await ledger.get(keys)).flatMap((text, index) => {
    const id = ids[index];
    return text === null || id === undefined ? [] : [parseLine(id, text)];
  });
  await ledger.remove([...keys, ...found.flatMap(referencesTo)]);
  return found.length;
}

/** Takes away all lines of a person from before their erasure. @throws FaceError `state_unavailable` */
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
    // Whatever became of their lines, the references have done their work.
    await ledger.remove(found.map(({ sort }) => ({ partition, sort })));
  }
}

/** Erases once more what was erased within a day, and forgets who was erased before that. @throws FaceError `state_unavailable` */
export async function eraseLate({ ledger, clock }: Pick<LedgerDeps, 'ledger' | 'clock'>): Promise<void> {
  const all = timesOf(erasedPartition, { since: null, before: null });
  for (const { sort, value } of await ledger.range(all, 1000, 'oldest first')) {
    const erased = erasedGuard.parse(JSON.parse(value));
    await eraseLines(erased, { ledger });
    if (addSec(erased.at, secondsPerDay) > clock.now()) continue;
    // Whoever came back since is known anew.
    const parts = Object.values(personKeys(erased));
    const values = await ledger.get(parts);
    const gone = parts.filter((_, index) => values[index] === null);
    await ledger.remove([{ partition: erasedPartition, sort }, ...gone]);
  }
}
