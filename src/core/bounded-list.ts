import { z } from 'zod';
import { FaceError, type Json } from '../errors.js';
import { changeStored, readStored } from './change-stored.js';
import type { Ports } from './deps.js';
import { type EpochMs, epochMs } from './units.js';

export type ListEntry = { readonly [name: string]: Json } & { readonly id: string; readonly expiresAt: EpochMs };

export interface BoundedList<Entry extends ListEntry> {
  readonly key: string;
  readonly guard: z.ZodType<Entry>;
  readonly atMost: number;
}

const toStored = <Entry extends ListEntry>({ key, guard }: BoundedList<Entry>) => ({
  key,
  guard: z.array(guard),
  expiresAt: (entries: readonly Entry[]) => epochMs(Math.max(0, ...entries.map((entry) => entry.expiresAt))),
});

/** Returns the unexpired entries, newest first. */
export async function readList<Entry extends ListEntry>(
  list: BoundedList<Entry>,
  { state, clock }: Ports<'state' | 'clock'>,
): Promise<readonly Entry[]> {
  const found = await readStored(toStored(list), { state });
  return (found?.record ?? []).filter(({ expiresAt }) => expiresAt > clock.now());
}

function toChanged<Entry extends ListEntry>(
  { atMost }: BoundedList<Entry>,
  change: (entries: readonly Entry[]) => Entry[],
  entries: readonly Entry[],
): Entry[] {
  const changed = change(entries);
  if (changed.length > atMost) throw new FaceError('limit_reached');
  return changed;
}

/**
 * Computes a change without storing it, so that the audit entry can be written first.
 * @returns the unexpired entries before the change
 * @throws as `changeList`
 */
export async function foreseeList<Entry extends ListEntry>(
  list: BoundedList<Entry>,
  change: (entries: readonly Entry[]) => Entry[],
  deps: Ports<'state' | 'clock'>,
): Promise<readonly Entry[]> {
  const entries = await readList(list, deps);
  toChanged(list, change, entries);
  return entries;
}

/**
 * Changes the list.
 * @param change - receives the unexpired entries, newest first; throws to leave them unchanged
 * @throws `limit_reached`, `state_unavailable`, and what `change` throws
 */
export async function changeList<Entry extends ListEntry>(
  list: BoundedList<Entry>,
  change: (entries: readonly Entry[]) => Entry[],
  { state, clock }: Ports<'state' | 'clock'>,
): Promise<{ readonly former: readonly Entry[]; readonly changed: readonly Entry[] }> {
  const now = clock.now();
  const live = (found: readonly Entry[] | null) => (found ?? []).filter(({ expiresAt }) => expiresAt > now);
  const { former, changed } = await changeStored(toStored(list), (found) => toChanged(list, change, live(found)), {
    state,
  });
  return { former: live(former), changed };
}

/** Removes entries. Writes nothing if there are none. @returns those that were removed */
export async function removeFromList<Entry extends ListEntry>(
  list: BoundedList<Entry>,
  isMeant: (entry: Entry) => boolean,
  deps: Ports<'state' | 'clock'>,
): Promise<readonly Entry[]> {
  if (!(await readList(list, deps)).some(isMeant)) return [];
  const { former } = await changeList(list, (entries) => entries.filter((each) => !isMeant(each)), deps);
  return former.filter(isMeant);
}

export function pageOf<Entry extends ListEntry>(
  entries: readonly Entry[],
  { limit, cursor }: { readonly limit: number; readonly cursor: string | null },
): { readonly page: readonly Entry[]; readonly cursor: string | null } {
  const after = cursor === null ? -1 : entries.findIndex(({ id }) => id === cursor);
  if (cursor !== null && after < 0) return { page: [], cursor: null };
  const page = entries.slice(after + 1, after + 1 + limit);
  const isLast = after + 1 + limit >= entries.length;
  return { page, cursor: isLast ? null : (page.at(-1)?.id ?? null) };
}
