import type { Clock, LedgerStore } from '../ports.js';

/** How much of the ledger is kept: what is older, or beyond the newest so many lines, goes. */
export interface LedgerBounds {
  readonly days: number;
  readonly entries: number;
}

export interface LedgerDeps {
  readonly ledger: LedgerStore;
  readonly bounds: LedgerBounds;
  readonly clock: Clock;
}
