import { type PastEvent, readEvents } from '../../audit/events.js';
import { type EpochMs, toIso } from '../../core/units.js';
import { stepUpEvents } from '../../step-up/events.js';

export interface HookReport {
  readonly hook: string;
  decisions: number;
  verified: number;
  /** Sign-ins refused without a face check. */
  denied: number;
  /** Sign-ins without a face check that were allowed, but without the claim. */
  claimOmitted: number;
  /** Sign-ins for which a rule asked for no face check. */
  notNeeded: number;
  /** What would have happened without shadow mode. */
  readonly wouldHave: { denied: number; claimOmitted: number; refused: Record<string, number> };
  subjectsAffected: number;
  /** Time of the first decision, in UTC (RFC 3339). */
  first: string;
  last: string;
}

export interface ConnectionReport {
  readonly hooks: readonly HookReport[];
  readonly unreadableLines: number;
}

/**
 * Counts a connection's hook decisions.
 * @param since - start, or `null` for all
 */
export async function reportHooks(
  file: string,
  { connection, since }: { readonly connection: string; readonly since: EpochMs | null },
): Promise<ConnectionReport> {
  const reports = new Map<string, HookReport>();
  const affected = new Set<string>();
  let unreadableLines = 0;
  const onUnreadable = (): void => {
    unreadableLines += 1;
  };
  for await (const decision of readEvents(file, ['hook_decided'], stepUpEvents, { since, onUnreadable })) {
    if (decision.connection !== connection) continue;
    const { subject, detail } = decision;
    const report = reports.get(detail.hook) ?? toEmpty(detail.hook, decision.time);
    reports.set(detail.hook, report);
    addDecision(decision, report);
    const isPassed = detail.outcome === 'verified' || detail.outcome === 'another_way' || isNotNeeded(detail);
    const person = JSON.stringify([detail.hook, subject]);
    if (isPassed || subject === '' || affected.has(person)) continue;
    affected.add(person);
    report.subjectsAffected += 1;
  }
  const hooks = [...reports.values()].sort((a, b) => (a.hook < b.hook ? -1 : 1));
  for (const { wouldHave } of hooks)
    wouldHave.refused = Object.fromEntries(Object.entries(wouldHave.refused).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { hooks, unreadableLines };
}

const toEmpty = (hook: string, first: EpochMs): HookReport => ({
  hook,
  decisions: 0,
  verified: 0,
  denied: 0,
  claimOmitted: 0,
  notNeeded: 0,
  wouldHave: { denied: 0, claimOmitted: 0, refused: {} },
  subjectsAffected: 0,
  first: toIso(first),
  last: toIso(first),
});

const isNotNeeded = (detail: PastEvent<'hook_decided'>['detail']): boolean =>
  'reason' in detail && detail.reason === 'no_check_needed';

function addDecision({ time, detail }: PastEvent<'hook_decided'>, report: HookReport): void {
  report.decisions += 1;
  // Decisions at the provider are recorded later, so the records are not in the order of their times.
  const at = toIso(time);
  if (at < report.first) report.first = at;
  if (at > report.last) report.last = at;
  if (detail.outcome === 'verified' || detail.outcome === 'another_way') {
    report.verified += 1;
  } else if (detail.outcome === 'refused') {
    const { refused } = report.wouldHave;
    refused[detail.code] = (refused[detail.code] ?? 0) + 1;
  } else if (isNotNeeded(detail)) {
    report.notNeeded += 1;
  } else {
    const isShadow = detail.fallback === 'pass';
    const counted = isShadow ? report.wouldHave : report;
    const decided = isShadow ? detail.wouldHave : detail.fallback;
    if (decided === 'deny') counted.denied += 1;
    if (decided === 'omit_claim') counted.claimOmitted += 1;
  }
}
