import type { Json } from '../../src/errors.js';
import { quantile } from '../bench/measure.js';

/** `quick` is for the tests, `full` for the figures in docs/faults.md. */
export type Size = 'quick' | 'full';

export interface Setting {
  readonly size: Size;
  readonly seed: string;
  say(line: string): void;
}

/** One request of a person, of an administrator or of the provider, with its retries. */
export interface Entry {
  readonly doing: string;
  readonly when: string;
  readonly answer: string;
  readonly tries: number;
  readonly ms: number;
}

/** Results of one kind of request in one phase of the fault. Times are in milliseconds. */
export type Seen = ReturnType<typeof toSeenOnce>;

export interface Invariant {
  readonly invariant: string;
  readonly checked: number;
  readonly broken: readonly string[];
}

export interface Finding {
  readonly seen: readonly Seen[];
  /** Figures for the JSON output, with stable property names. */
  readonly figures: { readonly [figure: string]: Json };
  readonly invariants: readonly Invariant[];
  readonly skipped: readonly string[];
}

export interface Fault {
  readonly about: string;
  run(setting: Setting): Promise<Finding>;
}

/** Returns true if the invariant was checked at least once and never broken. */
export const holds = ({ checked, broken }: Invariant): boolean => checked > 0 && broken.length === 0;

export const skip = (reason: string): Finding => ({ seen: [], figures: {}, invariants: [], skipped: [reason] });

/** Returns true unless the whole fault was skipped. */
export const isDone = ({ seen, invariants }: Finding): boolean => seen.length > 0 || invariants.length > 0;

export type Journal = ReturnType<typeof createJournal>;

/** Notes requests by phase of the fault. */
export function createJournal() {
  let now = 'before';
  const entries: Entry[] = [];
  return {
    /** IDs of step-ups that passed, or whose result the client did not receive. */
    passedOrUntold: new Set<string>(),
    /** Users whose revocation was not confirmed. */
    openRevocations: new Set<string>(),
    turnTo(when: string): void {
      now = when;
    },
    note(entry: Omit<Entry, 'when'>): void {
      entries.push({ when: now, ...entry });
    },
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

function toSeenOnce({ doing, when }: Entry, group: readonly Entry[]) {
  /** Number of requests by final result, such as `201 enrolled`. */
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
