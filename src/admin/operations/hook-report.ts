import {
  type CountedDecisions,
  countDays,
  countPeople,
  listRefused,
  readFirstDay,
} from '../../audit/ledger/sign-ins.js';
import type { LedgerDeps } from '../../core/ports/ledger-store.js';
import { type EpochMs, epochMs, toIso } from '../../core/units.js';

export interface HookReport {
  readonly hook: string;
  readonly decisions: number;
  readonly verified: number;
  /** Sign-ins refused without a face check. */
  readonly denied: number;
  /** Sign-ins without a face check that were allowed, but without the claim. */
  readonly claimOmitted: number;
  /** Sign-ins for which a rule asked for no face check. */
  readonly notNeeded: number;
  /** What would have happened without shadow mode. */
  readonly wouldHave: {
    readonly denied: number;
    readonly claimOmitted: number;
    readonly refused: Readonly<Record<string, number>>;
  };
  /** Time of the first decision, in UTC (RFC 3339). */
  readonly first: string;
  readonly last: string;
}

export interface ConnectionReport {
  readonly hooks: readonly HookReport[];
  /** Number of users of whom hooks decided. */
  readonly users: number;
  /** Users whose last sign-in was refused, or would have been in enforce mode. */
  readonly usersRefused: number;
  /** First day that is counted. */
  readonly since: string;
  /** Replicas whose earlier decisions are still being counted. */
  readonly replicasCounting: number;
}

/**
 * Counts the decisions of a connection's hooks at all replicas, from the log of decisions.
 * @param since - start, or `null` for the whole log
 */
export async function reportHooks(
  { connection, since }: { readonly connection: string; readonly since: EpochMs | null },
  deps: Pick<LedgerDeps, 'ledger' | 'clock'>,
): Promise<ConnectionReport> {
  const { from, replicasCounting } = await readFirstDay(since ?? epochMs(0), deps);
  const period = { connection, from };
  const counted = (await countDays(period, deps)).flatMap(({ decisions }) => decisions);
  const refused = await listRefused({ ...period, mode: 'shadow' }, deps);
  const hooks = [...new Set(counted.map(({ hook }) => hook))].sort();
  return {
    hooks: hooks.map((hook) =>
      toReport(
        hook,
        counted.filter((each) => each.hook === hook),
      ),
    ),
    users: await countPeople(period, deps),
    usersRefused: refused.length,
    since: toIso(from),
    replicasCounting,
  };
}

function toReport(hook: string, counted: readonly CountedDecisions[]): HookReport {
  const sum = (decision?: CountedDecisions['decision']): number =>
    counted.reduce((all, each) => all + (decision === undefined || each.decision === decision ? each.count : 0), 0);
  return {
    hook,
    decisions: sum(),
    verified: sum('verified'),
    denied: sum('denied'),
    claimOmitted: sum('claimOmitted'),
    notNeeded: sum('notNeeded'),
    wouldHave: { denied: sum('deny'), claimOmitted: sum('omit_claim'), refused: countUndecided(counted) },
    first: toIso(epochMs(Math.min(...counted.map(({ first }) => first)))),
    last: toIso(epochMs(Math.max(...counted.map(({ last }) => last)))),
  };
}

/** Counts the calls that were refused undecided, by error code. */
export function countUndecided(counted: readonly CountedDecisions[]): Readonly<Record<string, number>> {
  const codes = new Map<string, number>();
  for (const { decision, code, count } of counted)
    if (decision === 'undecided') codes.set(code, (codes.get(code) ?? 0) + count);
  return Object.fromEntries([...codes].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
