import type { Json } from '../../errors.js';
import type { EpochMs } from '../units.js';

export interface StateRecord {
  readonly value: unknown;
  readonly revision: number;
}

/** Condition for a write: always, only if the key is absent, or only over a known revision. */
export type WriteCondition = 'any' | 'absent' | { readonly revision: number };

/**
 * Stores short records by key. Compare-and-set ensures single use across replicas. Expired records are absent. All
 * methods throw FaceError `state_unavailable`, which callers pass on without naming it in `@throws`.
 */
export interface State {
  read(key: string): Promise<StateRecord | null>;
  /** Reads records in one round trip, but not as one consistent snapshot. */
  readMany(keys: readonly string[]): Promise<readonly (StateRecord | null)[]>;
  /** @returns true if the condition held and the value was written */
  write(
    key: string,
    value: Json,
    options: {
      readonly when: WriteCondition;
      readonly expiresAt: EpochMs | null;
      /** True if a power failure may undo the write, which makes it faster. */
      readonly relaxedDurability?: boolean;
    },
  ): Promise<boolean>;
  /**
   * Adds to a counter atomically and returns the sum. The first addition sets the expiry. Counters are separate from
   * records. A power failure may undo the last additions.
   */
  add(key: string, amount: number, expiresAt: EpochMs): Promise<number>;
  delete(key: string): Promise<void>;
  /**
   * Returns the time since which the store has lost no data, with an allowance for clocks. Single-use items issued
   * earlier must be refused, because the record of their use may be lost.
   */
  storeEpoch(): Promise<EpochMs>;
  close(): Promise<void>;
}
