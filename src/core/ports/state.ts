import type { Json } from '../../base/json.js';
import type { EpochMs } from '../units.js';

export interface StateRecord {
  readonly value: unknown;
  readonly revision: number;
}

/** Only if absent, or only over a known revision. */
export type WriteCondition = 'any' | 'absent' | { readonly revision: number };

/**
 * Stores short records by key. Compare-and-set keeps single-use items single-use across replicas. Expired records are
 * absent. All methods throw FaceError `state_unavailable`.
 */
export interface State {
  read(key: string): Promise<StateRecord | null>;
  /** In one round trip, not one snapshot. */
  readMany(keys: readonly string[]): Promise<readonly (StateRecord | null)[]>;
  /** @returns true if written */
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
   * records. Survives a power failure unless `mayBeLost`, without the last additions.
   */
  add(key: string, amount: number, expiresAt: EpochMs): Promise<number>;
  delete(key: string): Promise<void>;
  /**
   * Returns the time since when nothing was lost, with allowance for clocks. One-time items from before must be
   * refused.
   */
  storeEpoch(): Promise<EpochMs>;
  close(): Promise<void>;
}
