import { z } from 'zod';
import type { Json } from '../../base/json.js';
import { FaceError } from '../../errors.js';
import { changeStored, readStored } from '../change-stored.js';
import type { CoreDeps } from '../deps.js';
import { type EpochMs, epochMs } from '../units.js';

/* A few hundred entries that end by themselves, in one record: all replicas see one list, and nobody can make it grow. */

/** One of a list. */
export type Listed = { readonly [name: string]: Json } & { readonly id: string; readonly expiresAt: EpochMs };

/** A list, by what it is stored under. */
export interface BoundedList<Entry extends Listed> {
  readonly key: string;
  readonly guard: z.ZodType<Entry>;
  readonly atMost: number;
}

type Deps = Pick<CoreDeps, 'state' | 'clock'>;

const toStored = <Entry extends Listed>({ key, guard }: BoundedList<Entry>) => ({
  key,
  guard: z.array(guard),
  expiresAt: (entries: readonly Entry[]) => epochMs(Math.max(0, ...entries.map((entry) => entry.expiresAt))),
});

/** Those that have not ended, the newest first. @throws FaceError `state_unavailable` */
export async function readList<Entry extends Listed>(
  list: BoundedList<Entry>,
  { state, clock }: Deps,
): Promise<readonly Entry[]> {
  const found = await readStored(toStored(list), { state });
  return (found?.record ?? []).filter(({ expiresAt }) => expiresAt > clock.now());
}

/** Makes of a list's entries what a change makes of them. @throws FaceError `limit_reached`, and whatever `change` throws */
function toChanged<Entry extends Listed>(
  { atMost }: BoundedList<Entry>,
  change: (entries: readonly Entry[]) => Entry[],
  entries: readonly Entry[],
): Entry[] {
  const changed = change(entries);
  if (changed.length > atMost) throw new FaceError('limit_reached');
  return changed;
}

/**
 * Tries a change without making it, so that it can be put on record first.
 * @returns the entries as they are, those that have not ended
 * @throws FaceError as `changeList`
 */
export async function foreseeList<Entry extends Listed>(
  list: BoundedList<Entry>,
  change: (entries: readonly Entry[]) => Entry[],
  deps: Deps,
): Promise<readonly Entry[]> {
  const entries = await readList(list, deps);
  toChanged(list, change, entries);
  return entries;
}

/**
 * Changes the list.
 * @param change - is given those that have not ended, the newest first; throws to leave them as they are
 * @returns those that were there, and those that are
 * @throws FaceError `limit_reached`: there would be too many; `state_unavailable`, and whatever `change` throws
 */
export async function changeList<Entry extends Listed>(
  list: BoundedList<Entry>,
  change: (entries: readonly Entry[]) => Entry[],
  { state, clock }: Deps,
): Promise<{ readonly former: readonly Entry[]; readonly changed: readonly Entry[] }> {
  const now = clock.now();
  const live = (found: readonly Entry[] | null) => (found ?? []).filter(({ expiresAt }) => expiresAt > now);
  const { former, changed } = await changeStored(toStored(list), (found) => toChanged(list, change, live(found)), {
    state,
  });
  return { former: live(former), changed };
}

/** A page of a list, and what names the next one; `null`: there is none. @param cursor - of the page before; `null`: the first */
export function pageOf<Entry extends Listed>(
  entries: readonly Entry[],
  { limit, cursor }: { readonly limit: number; readonly cursor: string | null },
): { readonly page: readonly Entry[]; readonly cursor: string | null } {
  const after = cursor === null ? -1 : entries.findIndex(({ id }) => id === cursor);
  if (cursor !== null && after < 0) return { page: [], cursor: null };
  const page = entries.slice(after + 1, after + 1 + limit);
  const isLast = after + 1 + limit >= entries.length;
  return { page, cursor: isLast ? null : (page.at(-1)?.id ?? null) };
}
