import { quantile } from '../bench/measure.js';
import type { Entry, Seen } from './fault.js';

export type Journal = ReturnType<typeof createJournal>;

/** Notes requests by phase of the fault. */
export function createJournal() {
  let now = 'before';
  const entries: Entry[] = [];
  return {
    turnTo(when: string): void {
      now = when;
    },
    note(entry: Omit<Entry, 'when'>): void {
      entries.push({ when: now, ...entry });
    },
    during: (when: string): readonly Entry[] => entries.filter((entry) => entry.when === when),
    /** Returns the observations in order of their first occurrence. */
    toSeen(): readonly Seen[] {
      const groups = new Map<string, Entry[]>();
      for (const entry of entries) {
        const key = JSON.stringify([entry.when, entry.doing]);
        groups.set(key, [...(groups.get(key) ?? []), entry]);
      }
      return [...groups.values()].flatMap((group) => (group[0] === undefined ? [] : [toSeenOnce(group[0], group)]));
    },
  };
}

function toSeenOnce({ doing, when }: Entry, group: readonly Entry[]): Seen {
  const answers: Record<string, number> = {};
  for (const { answer } of group) answers[answer] = (answers[answer] ?? 0) + 1;
  const times = group.map(({ ms }) => ms);
  return {
    doing,
    when,
    requests: group.length,
    answers,
    retried: group.filter(({ tries }) => tries > 1).length,
    p50Ms: Math.round(quantile(times)),
    maxMs: Math.round(Math.max(...times)),
  };
}
