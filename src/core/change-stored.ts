import type { z } from 'zod';
import { FaceError, type FaceErrorCode, type Json } from '../errors.js';
import type { Ports } from './deps.js';
import type { State, StateRecord } from './ports.js';
import { type EpochMs, type EpochSec, toEpochSec } from './units.js';

/** Retries of a compare-and-set. In each round one writer succeeds, so this many concurrent writers are served. */
const maxContentions = 20;

export interface StoredRecord<Value> {
  readonly key: string;
  readonly guard: z.ZodType<Value>;
  /** Returns when the changed record expires, or `null` if never. */
  readonly expiresAt: (changed: Value) => EpochMs | null;
  readonly relaxedDurability?: boolean;
}

export interface FoundRecord<Value> {
  readonly record: Value;
  readonly revision: number;
}

/** Reads and parses a record. @returns `null` if nothing is stored */
export async function readStored<Value>(
  { key, guard }: Pick<StoredRecord<Value>, 'key' | 'guard'>,
  { state }: { readonly state: Pick<State, 'read'> },
): Promise<FoundRecord<Value> | null> {
  return parseStored(await state.read(key), guard);
}

export const parseStored = <Value>(found: StateRecord | null, guard: z.ZodType<Value>): FoundRecord<Value> | null =>
  found === null ? null : { record: guard.parse(found.value), revision: found.revision };

/**
 * Changes a record by compare-and-set, and retries after concurrent writes.
 * @param change - receives `null` if nothing is stored; returns its argument, or throws, to leave the record unchanged
 * @returns the record before and after; the same object if unchanged
 * @throws `state_unavailable`, and what `change` throws
 */
export async function changeStored<Value extends Json, Changed extends Value | null>(
  stored: StoredRecord<Value>,
  change: (former: Value | null) => Changed,
  deps: Ports<'state'>,
  known: FoundRecord<Value> | null = null,
): Promise<{ readonly former: Value | null; readonly changed: Changed }> {
  const { key, expiresAt, relaxedDurability = false } = stored;
  for (let contentions = 0; contentions < maxContentions; contentions += 1) {
    const found = (contentions === 0 ? known : null) ?? (await readStored(stored, deps));
    const former = found?.record ?? null;
    const changed = change(former);
    const value: Value | null = changed;
    if (value === null || value === former) return { former, changed };
    const when = found === null ? 'absent' : { revision: found.revision };
    if (await deps.state.write(key, value, { when, expiresAt: expiresAt(value), relaxedDurability }))
      return { former, changed };
  }
  throw new FaceError('state_unavailable', { reason: 'contended' });
}

/** Reads a record that must exist. @throws `not_found` */
export async function readExisting<Value>(
  stored: Pick<StoredRecord<Value>, 'key' | 'guard'>,
  deps: Ports<'state'>,
): Promise<Value> {
  const found = await readStored(stored, deps);
  if (found === null) throw new FaceError('not_found');
  return found.record;
}

/**
 * Changes a record that must exist, as `changeStored` does.
 * @throws `absent`, `state_unavailable`, and what `change` throws
 */
export async function changeExisting<Value extends Json>(
  stored: StoredRecord<Value>,
  change: (former: Value) => Value,
  deps: Ports<'state'>,
  absent: FaceErrorCode = 'not_found',
): Promise<Value> {
  const step = (former: Value | null): Value => {
    if (former === null) throw new FaceError(absent);
    return change(former);
  };
  return (await changeStored(stored, step, deps)).changed;
}

/**
 * Returns true if the store has lost data since `issuedAt`. A single-use item that was issued then may have been used
 * already.
 */
export async function mayHaveBeenLost(issuedAt: EpochSec, { state }: Ports<'state'>): Promise<boolean> {
  return issuedAt < toEpochSec(await state.storeEpoch());
}
