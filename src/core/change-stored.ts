import type { z } from 'zod';
import type { Json } from '../base/json.js';
import { FaceError } from '../errors.js';
import type { State, StateRecord } from './ports.js';
import type { EpochMs } from './units.js';

/** Replicas that change one record at the same moment get through one after another; each round, one does. */
const maxContentions = 20;

/** A record that stays under its key. */
export interface StoredRecord<Value> {
  readonly key: string;
  readonly guard: z.ZodType<Value>;
  /** When it ends, as it was changed; `null`: never. */
  readonly expiresAt: (changed: Value) => EpochMs | null;
  readonly mayBeLost?: boolean;
}

/** A stored record, and the number of the write that made it. */
export interface FoundRecord<Value> {
  readonly record: Value;
  readonly revision: number;
}

/** @returns `null` where nothing is stored */
export async function readStored<Value>(
  { key, guard }: Pick<StoredRecord<Value>, 'key' | 'guard'>,
  { state }: { readonly state: Pick<State, 'read'> },
): Promise<FoundRecord<Value> | null> {
  return parseStored(await state.read(key), guard);
}

/** What the store gave for a key. */
export const parseStored = <Value>(found: StateRecord | null, guard: z.ZodType<Value>): FoundRecord<Value> | null =>
  found === null ? null : { record: guard.parse(found.value), revision: found.revision };

/**
 * Changes a record: reads it, and writes what `change` makes of it unless somebody else wrote in between; then anew.
 * @param change - is given `null` where nothing is stored; gives back what it was given, or throws, to leave it as it is
 * @param known - as it was read a moment ago
 * @returns what was there, and what is there now: one and the same where it was left
 * @throws FaceError `state_unavailable`, and whatever `change` throws
 */
export async function changeStored<Value extends Json, Changed extends Value | null>(
  stored: StoredRecord<Value>,
  change: (former: Value | null) => Changed,
  deps: { readonly state: State },
  known: FoundRecord<Value> | null = null,
): Promise<{ readonly former: Value | null; readonly changed: Changed }> {
  const { key, expiresAt, mayBeLost = false } = stored;
  for (let contentions = 0; contentions < maxContentions; contentions += 1) {
    const found = (contentions === 0 ? known : null) ?? (await readStored(stored, deps));
    const former = found?.record ?? null;
    const changed = change(former);
    const value: Value | null = changed;
    if (value === null || value === former) return { former, changed };
    const when = found === null ? 'absent' : { revision: found.revision };
    if (await deps.state.write(key, value, { when, expiresAt: expiresAt(value), mayBeLost }))
      return { former, changed };
  }
  throw new FaceError('state_unavailable', { reason: 'contended' });
}
