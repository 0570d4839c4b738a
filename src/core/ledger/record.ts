import type { LedgerKey, LedgerRow } from '../ports.js';
import { addSec, secondsPerDay } from '../units.js';
import { changePeople } from './change-people.js';
import type { LedgerDeps } from './deps.js';
import type { LedgerEntry } from './entry.js';
import { eraseLines } from './erase.js';
import { type LogLine, serializeLine } from './line.js';
import { dayOf, daysPartition, logPartition, referencesTo, timeOfId } from './places.js';

/**
 * Writes a batch. Idempotent and independent of order, because the later entry wins.
 * @param options.isRebuilt - true if the entries come from an audit log, which does not record networks; existing log
 * lines then stay
 * @throws `state_unavailable`, after which the batch may be partly written
 */
export async function recordEntries(
  entries: readonly LedgerEntry[],
  deps: LedgerDeps,
  { isRebuilt = false }: { readonly isRebuilt?: boolean } = {},
): Promise<void> {
  const { ledger } = deps;
  const { rows, left, erased } = await changePeople(entries, deps);
  const days = new Set(entries.map(({ time }) => dayOf(time)));
  await ledger.put([
    ...entries.flatMap(({ line }) => toRows(line, isRebuilt, deps)),
    ...[...days].map(
      (sort): LedgerRow => ({ partition: daysPartition, sort, value: '', version: null, expiresAt: null }),
    ),
    ...rows,
  ]);
  if (left.length > 0) await ledger.remove(left);
  for (const each of erased) await eraseLines(each, deps);
}

function toRows(line: LogLine, isRebuilt: boolean, { bounds }: LedgerDeps): LedgerRow[] {
  const time = timeOfId(line.id);
  const expiresAt = addSec(time, bounds.days * secondsPerDay);
  const key: LedgerKey = { partition: logPartition(dayOf(time)), sort: line.id };
  return [
    { ...key, value: serializeLine(line), version: isRebuilt ? 0 : null, expiresAt },
    ...referencesTo(line).map((each) => ({ ...each, version: null, expiresAt })),
  ];
}
