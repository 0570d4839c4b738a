import type { Json } from '../../base/json.js';
import type { EpochMs } from '../units.js';

export interface StateRecord {
  readonly value: unknown;
  readonly revision: number;
}

/** Condition of a write: none, only if absent, or only over a known revision. */
export type WriteCondition = 'any' | 'absent' | { readonly revision: number };

/**
 * Stores short records by key: step-ups, client tokens, deny list, counters. Compare-and-set keeps single-use items
 * single-use across replicas. Expired records are absent. All methods throw FaceError `state_unavailable`.
 */
export interface State {
  read(key: string): Promise<StateRecord | null>;
  /** Reads several keys in one round trip, not as one snapshot. */
  readMany(keys: readonly string[]): Promise<readonly (StateRecord | null)[]>;
  /** @returns true if the condition held and the value was written */
  write(
    key: string,
    value: Json,
    options: {
      readonly when: WriteCondition;
      readonly expiresAt: EpochMs | null;
      /** True if a power failure may undo it, for speed. */
      readonly mayBeLost?: boolean;
    },
  ): Promise<boolean>;
  /**
   * Adds to a counter atomically and returns the sum. The first addition sets the expiry. Counters are separate from
   * records. Writes survive a power failure unless `mayBeLost`; the last additions may not.
   */
  add(key: string, amount: number, expiresAt: EpochMs): Promise<number>;
  delete(key: string): Promise<void>;
  /**
   * Returns the time since when nothing was lost: slightly after a loss, to allow for clock differences. Earlier uses
   * of one-time items are unknown, so items issued before must be refused.
   */
  storeEpoch(): Promise<EpochMs>;
  close(): Promise<void>;
}
