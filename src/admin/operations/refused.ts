import { readEvents } from '../../audit/events.js';
import type { AuditDetail } from '../../core/audit-events.js';
import type { Policy } from '../../core/connection.js';
import { type EpochMs, epochMs, toIso } from '../../core/units.js';
import { stepUpEvents } from '../../step-up/events.js';

export interface RefusedSubject {
  readonly subject: string;
  readonly count: number;
  readonly lastAt: EpochMs;
  readonly hooks: readonly string[];
}

export interface Refused {
  /** Number of all decisions. */
  readonly decisions: number;
  /** Number of distinct users. */
  readonly users: number;
  /** Users whose last decision was a refusal. */
  readonly subjects: readonly RefusedSubject[];
  readonly unnamed: Readonly<Record<string, number>>;
  /** Number of distinct users per day (UTC), and how many of them would have been refused. */
  readonly days: ReadonlyMap<string, { readonly users: number; readonly refused: number }>;
}

type HookDecided = AuditDetail<'hook_decided'>;

const isRefused = (detail: HookDecided): boolean => detail.outcome === 'unverified' && detail.fallback === 'deny';

/** Whether a decision refused the user, or would have without shadow mode. */
const isRefusedIn = {
  // A rule or an earlier mode may have refused the user already.
  shadow: (detail: HookDecided) => ('wouldHave' in detail && detail.wouldHave !== undefined) || isRefused(detail),
  enforce: isRefused,
};

/**
 * Finds the users whom a connection refuses, and counts all users who signed in.
 * @param query.mode - `shadow` for the users whom it would refuse without shadow mode
 */
export async function findRefused(
  file: string,
  { connection, since, mode }: { readonly connection: string; readonly since: EpochMs; readonly mode: Policy['mode'] },
): Promise<Refused> {
  const subjects = new Map<string, { count: number; lastAt: EpochMs; readonly hooks: Set<string> }>();
  const unnamed = new Map<string, number>();
  const users = new Set<string>();
  const days = new Map<string, { readonly users: Set<string>; readonly refused: Set<string> }>();
  let decisions = 0;
  for await (const event of readEvents(file, ['hook_decided'], stepUpEvents, { since })) {
    const { detail, subject, time } = event;
    if (event.connection !== connection) continue;
    decisions += 1;
    const refuses = isRefusedIn[mode](detail);
    if (subject !== '') {
      users.add(subject);
      const day = toIso(time).slice(0, 10);
      const of = days.get(day) ?? { users: new Set<string>(), refused: new Set<string>() };
      of.users.add(subject);
      if (refuses) of.refused.add(subject);
      days.set(day, of);
    }
    if (!refuses) subjects.delete(subject);
    if (!refuses) continue;
    if (detail.outcome === 'refused') unnamed.set(detail.code, (unnamed.get(detail.code) ?? 0) + 1);
    if (subject === '') continue;
    const known = subjects.get(subject) ?? { count: 0, lastAt: time, hooks: new Set<string>() };
    known.count += 1;
    known.lastAt = epochMs(Math.max(known.lastAt, time));
    known.hooks.add(detail.hook);
    subjects.set(subject, known);
  }
  const found = [...subjects].map(([subject, { count, lastAt, hooks }]) => ({
    subject,
    count,
    lastAt,
    hooks: [...hooks].sort(),
  }));
  return {
    decisions,
    users: users.size,
    subjects: found.sort(byTime),
    unnamed: Object.fromEntries(unnamed),
    days: new Map([...days].map(([day, { users, refused }]) => [day, { users: users.size, refused: refused.size }])),
  };
}

type Place = Pick<RefusedSubject, 'subject' | 'lastAt'>;

const byTime = (a: Place, b: Place): number => b.lastAt - a.lastAt || (a.subject < b.subject ? -1 : 1);

/** Returns the entries after a position, even if the entry at that position is gone. */
export const after = (subjects: readonly RefusedSubject[], place: Place | null): readonly RefusedSubject[] =>
  place === null ? subjects : subjects.filter((each) => byTime(place, each) < 0);
