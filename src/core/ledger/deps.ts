import type { Clock, LedgerStore } from '../ports.js';

export interface LedgerBounds {
  readonly days: number;
  readonly entries: number;
}

export interface LedgerDeps {
  readonly ledger: LedgerStore;
  readonly bounds: LedgerBounds;
  readonly clock: Clock;
}
