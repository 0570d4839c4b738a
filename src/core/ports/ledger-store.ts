import type { EpochMs } from '../units.js';

/** Ordered by the bytes of `sort`. */
export interface LedgerKey {
  /** Printable ASCII, at most 200 characters. */
  readonly partition: string;
  /** Printable ASCII, at most 900 characters. */
  readonly sort: string;
}

export interface LedgerRow extends LedgerKey {
  /** `null`: a tombstone that older versions cannot overwrite. */
  readonly value: string | null;
  /**
   * A higher number replaces a lower one, in any order of arrival. `null`: always accepted, and never replaced by a
   * number.
   */
  readonly version: number | null;
  /** `null`: never. */
  readonly expiresAt: EpochMs | null;
}

export interface LedgerRange {
  readonly partition: string;
  readonly after: string;
  readonly before: string;
}

/**
 * Ordered rows for display. Can be rebuilt from the audit trails. Writes are idempotent. All methods throw FaceError
 * `state_unavailable`.
 */
export interface LedgerStore {
  /** On error, some may be written. */
  put(rows: readonly LedgerRow[]): Promise<void>;
  /** Removes rows and their versions. Idempotent. */
  remove(keys: readonly LedgerKey[]): Promise<void>;
  /** In order; `null` if missing. */
  get(keys: readonly LedgerKey[]): Promise<readonly (string | null)[]>;
  /** @param limit - rows, from the greatest `sort` down or the least up */
  range(
    range: LedgerRange,
    limit: number,
    order: 'newest first' | 'oldest first',
  ): Promise<readonly { readonly sort: string; readonly value: string }[]>;
  count(range: LedgerRange): Promise<number>;
  close(): Promise<void>;
}
