import type { Json } from '../../src/base/json.js';

/** `quick` for the tests, `full` for the figures in docs/faults.md. */
export type Size = 'quick' | 'full';

export interface Setting {
  readonly size: Size;
  readonly seed: string;
  say(line: string): void;
}

/** Observations of one kind of request in one phase, in milliseconds. */
export interface Seen {
  readonly doing: string;
  readonly when: string;
  readonly requests: number;
  /** Final results such as `201 enrolled`, with counts. */
  readonly answers: Readonly<Record<string, number>>;
  readonly retried: number;
  readonly p50Ms: number;
  readonly maxMs: number;
}

export interface Invariant {
  readonly invariant: string;
  readonly checked: number;
  readonly broken: readonly string[];
}

export interface Finding {
  readonly seen: readonly Seen[];
  /** Keys are stable. */
  readonly figures: { readonly [figure: string]: Json };
  readonly invariants: readonly Invariant[];
  readonly skipped: readonly string[];
}

export interface Fault {
  readonly about: string;
  run(setting: Setting): Promise<Finding>;
}

/** Returns true if the invariant was checked and held. */
export const holds = ({ checked, broken }: Invariant): boolean => checked > 0 && broken.length === 0;

/** Skips a fault that is impossible on this machine. */
export const skip = (reason: string): Finding => ({ seen: [], figures: {}, invariants: [], skipped: [reason] });

/** Returns true unless everything was skipped. */
export const isDone = ({ seen, invariants }: Finding): boolean => seen.length > 0 || invariants.length > 0;
