import type { Json } from '../../src/base/json.js';

/** How long to look: `quick` for the tests, `full` for the figures in docs/faults.md. */
export type Size = 'quick' | 'full';

/** What a fault works with. */
export interface Setting {
  readonly size: Size;
  /** Names the random moments, so that a run can be made again. */
  readonly seed: string;
  /** Told how far the work is. */
  say(line: string): void;
}

/** What people and providers saw of one kind of request, at one time of the fault. Times in milliseconds. */
export interface Seen {
  readonly doing: string;
  readonly when: string;
  readonly requests: number;
  /** What the last try of each request came to, such as `201 enrolled`, and how often. */
  readonly answers: Readonly<Record<string, number>>;
  /** Requests that were sent again, to the same replica or another. */
  readonly retried: number;
  /** All tries of a request together. */
  readonly p50Ms: number;
  readonly maxMs: number;
}

/** Something that must be true whatever fails. */
export interface Invariant {
  readonly invariant: string;
  /** How many things it was held against: of none it says nothing. */
  readonly checked: number;
  /** Each thing that breaks it, in words. */
  readonly broken: readonly string[];
}

/** What came of a fault. */
export interface Finding {
  readonly seen: readonly Seen[];
  /** Keys are stable. */
  readonly figures: { readonly [figure: string]: Json };
  readonly invariants: readonly Invariant[];
  /** What was left out, and why; told aloud. */
  readonly skipped: readonly string[];
}

/** One fault, done to real processes. */
export interface Fault {
  readonly about: string;
  run(setting: Setting): Promise<Finding>;
}

/** Whether an invariant held, and was held against something. */
export const holds = ({ checked, broken }: Invariant): boolean => checked > 0 && broken.length === 0;

/** A fault that cannot be done on this machine. */
export const skip = (reason: string): Finding => ({ seen: [], figures: {}, invariants: [], skipped: [reason] });

/** Whether a fault was done: where all of it was skipped, nothing was looked at. */
export const isDone = ({ seen, invariants }: Finding): boolean => seen.length > 0 || invariants.length > 0;
