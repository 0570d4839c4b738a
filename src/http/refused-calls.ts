import type { EpochMs } from '../core/units.js';

export interface RefusedCall {
  readonly at: EpochMs;
  readonly method: string;
  readonly route: string;
  /** `null` if nothing was sent. */
  readonly status: number | null;
  readonly code: string;
}

/** The refused calls of this replica, by request id, so that an id leads to a reason also if no person was known. */
export interface RefusedCalls {
  note(requestId: string, call: RefusedCall): void;
  find(requestId: string): RefusedCall | null;
  /** Returns the time from which on all refused calls are known. */
  since(): EpochMs;
}

const most = 10_000;

export function createRefusedCalls(startedAt: EpochMs): RefusedCalls {
  const calls = new Map<string, RefusedCall>();
  let since = startedAt;
  return {
    note(requestId, call) {
      calls.set(requestId, call);
      const [oldest] = calls.size > most ? calls : [];
      if (oldest === undefined) return;
      calls.delete(oldest[0]);
      since = oldest[1].at;
    },
    find: (requestId) => calls.get(requestId) ?? null,
    since: () => since,
  };
}
