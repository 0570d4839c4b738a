import type { EpochMs } from '../units.js';

/** Key of a ledger row; rows of a partition are ordered by the bytes of `sort`. */
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
   * Orders writes: a higher number replaces a lower one, whatever the order of arrival. `null`: always accepted, and
   * never replaced by a number.
   */
  readonly version: number | null;
  /** Time from which the store may delete it; `null`: never. */
  readonly expiresAt: EpochMs | null;
}

export interface LedgerRange {
  readonly partition: string;
  readonly after: string;
  readonly before: string;
}

/**
 * Ordered rows for display: enrolment index and decision log. Can be rebuilt from the audit trails. Writes are
 * idempotent. All methods throw FaceError `state_unavailable`.
 */
export interface LedgerStore {
  /** Writes rows, without order or atomicity: some may be written on error. */
  put(rows: readonly LedgerRow[]): Promise<void>;
  /** Removes rows and their versions. Idempotent. */
  remove(keys: readonly LedgerKey[]): Promise<void>;
  /** Returns values in the requested order; `null` if missing. */
  get(keys: readonly LedgerKey[]): Promise<readonly (string | null)[]>;
  /** @param limit - maximum rows, from the greatest `sort` down or from the least up */
  range(
    range: LedgerRange,
    limit: number,
    order: 'newest first' | 'oldest first',
  ): Promise<readonly { readonly sort: string; readonly value: string }[]>;
  count(range: LedgerRange): Promise<number>;
  close(): Promise<void>;
}
