import type { Clock, LedgerStore } from '../ports.js';

/** Retention of the ledger: older lines, and those beyond the maximum, are deleted. */
export interface LedgerBounds {
  readonly days: number;
  readonly entries: number;
}

export interface LedgerDeps {
  readonly ledger: LedgerStore;
  readonly bounds: LedgerBounds;
  readonly clock: Clock;
}
