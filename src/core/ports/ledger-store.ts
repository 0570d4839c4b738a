import type { EpochMs } from '../units.js';
import type { Clock } from './platform.js';

/** Key of a row. Rows of a partition are ordered by the bytes of `sort`. */
export interface LedgerKey {
  /** Printable ASCII, at most 200 characters. */
  readonly partition: string;
  /** Printable ASCII, at most 900 characters. */
  readonly sort: string;
}

export interface LedgerRow extends LedgerKey {
  /**
   * `null` marks the row as deleted, but keeps its version, so that late writes of older versions cannot restore it.
   */
  readonly value: string | null;
  /**
   * A row with a higher version replaces one with a lower version, in any order of arrival. A row with version `null`
   * is always written, and is not replaced by a row with a number.
   */
  readonly version: number | null;
  readonly expiresAt: EpochMs | null;
}

export interface LedgerRange {
  readonly partition: string;
  readonly after: string;
  readonly before: string;
}

/**
 * Ordered rows for display, which can be rebuilt from the audit logs. Writes are idempotent. All methods throw
 * FaceError `state_unavailable`.
 */
export interface LedgerStore {
  /** Writes rows. After an error, some may be written. */
  put(rows: readonly LedgerRow[]): Promise<void>;
  /** Removes rows and their versions. Idempotent. */
  remove(keys: readonly LedgerKey[]): Promise<void>;
  /** Returns values in the order of the keys, `null` if missing. */
  get(keys: readonly LedgerKey[]): Promise<readonly (string | null)[]>;
  /** Reads rows of a range. @param limit - maximum rows, counted from the end at which the order starts */
  range(
    range: LedgerRange,
    limit: number,
    order: 'newest first' | 'oldest first',
  ): Promise<readonly { readonly sort: string; readonly value: string }[]>;
  count(range: LedgerRange): Promise<number>;
  close(): Promise<void>;
}

export interface LedgerBounds {
  readonly days: number;
  readonly entries: number;
}

export interface LedgerDeps {
  readonly ledger: LedgerStore;
  readonly bounds: LedgerBounds;
  readonly clock: Clock;
}
