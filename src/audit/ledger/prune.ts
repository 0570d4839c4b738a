import type { LedgerDeps } from '../../core/ports/ledger-store.js';
import type { LedgerKey } from '../../core/ports.js';
import { addSec, type EpochMs, secondsPerDay } from '../../core/units.js';
import { eraseLate, referencesToLines, removeRange } from './erase.js';
import {
  connectionsPartition,
  countsPartition,
  dayOf,
  daysPartition,
  decidedPartition,
  listedGuard,
  lockedPartition,
  logPartition,
  peoplePartition,
  personKeys,
  rangeOf,
  refusedIns,
  ruledPartition,
  signedInPartition,
  signInsPartitionOf,
  timesOf,
} from './places.js';
import { endCounting } from './sign-ins.js';

/** Number of days for which log lines may still arrive late, from a server whose store was unavailable. */
const openDays = 2;

/** Fraction by which the maximum may be exceeded before lines are removed. */
const slack = 0.01;

export interface PruneDeps extends LedgerDeps {
  /**
   * Number of lines per past day, cached because counting reads every line. Days are counted again before surplus lines
   * are removed.
   */
  readonly counted: Map<string, number>;
  /** Yields to waiting work. */
  readonly pause: () => Promise<void>;
}

/**
 * Removes old or surplus lines, people whose enrolment ended long ago, and lines of erased people that were written
 * after the erasure. Several servers may prune at once.
 */
export async function prune(deps: PruneDeps): Promise<void> {
  const { ledger, bounds, clock } = deps;
  const oldest = addSec(clock.now(), -bounds.days * secondsPerDay);
  await endCounting(oldest, deps);
  await eraseLate(deps);
  const days: string[] = [];
  for (const { sort: day } of await ledger.range(rangeOf(daysPartition), 100_000, 'oldest first')) {
    if (day < dayOf(oldest)) await removeDay(day, deps);
    else days.push(day);
  }
  const known = await countDays(days, deps);
  if (sumOf(known) > Math.floor(bounds.entries * (1 + slack))) await removeTooMany(days, deps);
  await removePeople(oldest, deps);
}

async function countDays(days: readonly string[], { ledger, clock, counted }: PruneDeps) {
  const firstOpen = dayOf(addSec(clock.now(), -openDays * secondsPerDay));
  const counts = new Map<string, number>();
  for (const day of days) {
    const known = day < firstOpen ? counted.get(day) : undefined;
    const lines = known ?? (await ledger.count(rangeOf(logPartition(day))));
    if (day < firstOpen) counted.set(day, lines);
    counts.set(day, lines);
  }
  return counts;
}

const sumOf = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((sum, lines) => sum + lines, 0);

async function removeTooMany(days: readonly string[], deps: PruneDeps): Promise<void> {
  const { counted, bounds } = deps;
  counted.clear();
  const counts = await countDays(days, deps);
  let tooMany = sumOf(counts) - bounds.entries;
  for (const [day, lines] of counts) {
    if (tooMany <= 0) break;
    if (lines <= tooMany) await removeDay(day, deps);
    else await removeOldest(day, tooMany, deps);
    tooMany -= lines;
  }
}

async function removeOldest(day: string, most: number, deps: PruneDeps): Promise<void> {
  deps.counted.delete(day);
  await removeRange(rangeOf(logPartition(day)), referencesToLines, deps, most);
}

async function removeDay(day: string, deps: PruneDeps): Promise<void> {
  await removeOldest(day, Number.POSITIVE_INFINITY, deps);
  // Lines of earlier versions do not say what enforce mode had decided, so the rows of their day are removed with it.
  for (const partition of [decidedPartition(day), ruledPartition(day), signInsPartitionOf(day), countsPartition(day)])
    await removeRange(rangeOf(partition), () => [], deps);
  await deps.ledger.remove([{ partition: daysPartition, sort: day }]);
}

async function removePeople(oldest: EpochMs, deps: PruneDeps): Promise<void> {
  const ended = timesOf(peoplePartition('ended', ''), { since: null, before: oldest });
  const keysOf = ({ value }: { readonly value: string }): LedgerKey[] =>
    Object.values(personKeys(listedGuard.parse(JSON.parse(value))));
  await removeRange(ended, (rows) => rows.flatMap(keysOf), deps);
  const keyOfSignIn = ({ value }: { readonly value: string }): LedgerKey[] => [
    personKeys(listedGuard.parse(JSON.parse(value))).signIn,
  ];
  for (const { sort: part } of await deps.ledger.range(rangeOf(connectionsPartition), 10_000, 'oldest first'))
    for (const refusedIn of refusedIns) {
      const past = timesOf(signedInPartition(part, refusedIn), { since: null, before: oldest });
      await removeRange(past, (rows) => rows.flatMap(keyOfSignIn), deps);
    }
  await removeRange(timesOf(lockedPartition, { since: null, before: deps.clock.now() }), () => [], deps);
}
