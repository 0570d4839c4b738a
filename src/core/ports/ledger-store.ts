import type { EpochMs } from '../units.js';

/** Where one row of the ledger stands: rows of a partition are in the order of their `sort`, by bytes. */
export interface LedgerKey {
  /** Printable ASCII, 200 characters at most. */
  readonly partition: string;
  /** Printable ASCII, 900 characters at most. */
  readonly sort: string;
}

/** One row as it is written. */
export interface LedgerRow extends LedgerKey {
  /** `null`: there is none, and no older version may bring it back. */
  readonly value: string | null;
  /**
   * Which of two writes is the later one, whatever order they arrive in: one with a number is taken over a smaller number or where
   * nothing is. `null`: always taken, and kept against every number.
   */
  readonly version: number | null;
  /** From when on the store may remove it by itself; `null`: never. */
  readonly expiresAt: EpochMs | null;
}

/** A part of a partition: what lies between two texts, which are left out themselves. */
export interface LedgerRange {
  readonly partition: string;
  readonly after: string;
  readonly before: string;
}

/**
 * Ordered rows for people to read: the enrolment index and the log of decisions. It is made of the audit trails and can be made of
 * them again, so it need not outlive everything. Writing twice what was written changes nothing. All methods throw FaceError
 * `state_unavailable`.
 */
export interface LedgerStore {
  /** A row each, in no order; some may be written where it throws. */
  put(rows: readonly LedgerRow[]): Promise<void>;
  /** Takes rows away, and what is known of their versions. Removing what is not there succeeds. */
  remove(keys: readonly LedgerKey[]): Promise<void>;
  /** Their values, in the order asked for; `null` where there is none. */
  get(keys: readonly LedgerKey[]): Promise<readonly (string | null)[]>;
  /** @param limit - at most so many, from the greatest `sort` down, or from the least up */
  range(
    range: LedgerRange,
    limit: number,
    order: 'newest first' | 'oldest first',
  ): Promise<readonly { readonly sort: string; readonly value: string }[]>;
  count(range: LedgerRange): Promise<number>;
  close(): Promise<void>;
}
