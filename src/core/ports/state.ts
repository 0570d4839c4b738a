import type { Json } from '../../base/json.js';
import type { EpochMs } from '../units.js';

/** A stored value, to be parsed by whoever reads it, and the number of the write that made it. */
export interface StateRecord {
  readonly value: unknown;
  readonly revision: number;
}

/** When a write may happen: always, only where nothing is stored, or only over the revision that was read. */
export type WriteCondition = 'any' | 'absent' | { readonly revision: number };

/**
 * Short records by key: step-ups, client tokens, deny list, counters. Writes are compare-and-swap, so what is
 * single-use stays single-use across replicas. A record past `expiresAt` is absent. All methods throw FaceError
 * `state_unavailable`.
 */
export interface State {
  read(key: string): Promise<StateRecord | null>;
  /** The same of some keys, asked for in one round trip. Each is as it was at a moment of its own. */
  readMany(keys: readonly string[]): Promise<readonly (StateRecord | null)[]>;
  /** @returns whether the condition held and the value was written */
  write(
    key: string,
    value: Json,
    options: {
      readonly when: WriteCondition;
      readonly expiresAt: EpochMs | null;
      /** Whether a power cut may undo it, for speed. */
      readonly mayBeLost?: boolean;
    },
  ): Promise<boolean>;
  /**
   * Adds to a counter, atomically, and returns the sum. The first addition sets the expiry; later ones keep it. Counters
   * are apart from records: `read` does not see them. What was written outlives a power cut, unless it may be lost; the last
   * additions to a counter need not.
   */
  add(key: string, amount: number, expiresAt: EpochMs): Promise<number>;
  /** Removes the record and the counter of that key. */
  delete(key: string): Promise<void>;
  /**
   * Since when nothing was lost: the moment the store was made. After a loss (emptied, or restored from a backup) a little
   * later than that, as the clocks of replicas differ. What was used once before then is no longer known, so whoever takes
   * something once refuses what was issued before.
   */
  storeEpoch(): Promise<EpochMs>;
  close(): Promise<void>;
}
