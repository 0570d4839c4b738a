import type { Json } from '../../src/base/json.js';
import type { Faces } from './faces.js';
import type { Size } from './size.js';

/** What an attack works with. */
export interface Setting {
  readonly size: Size;
  /** Loaded by the first attack that asks, once for all. */
  loadFaces(): Promise<Faces>;
  /** Told how far the work is. */
  say(line: string): void;
}

/** What a figure must be for the claim to hold: taken at the figure itself, the ends included. */
export type Bound = { readonly atMost: number } | { readonly atLeast: number };

/** One sentence of docs/security-analysis.md, and whether what was measured bears it out. */
export interface Claim {
  readonly claim: string;
  readonly figure: number;
  /** 95 %; `null` where the figure is a count or a certainty. */
  readonly interval: readonly [number, number] | null;
  readonly bound: Bound;
  readonly holds: boolean;
}

/** One row of a table. */
export type Row = readonly string[];

/** What came of an attack. */
export interface Finding {
  /** Keys are stable. */
  readonly figures: { readonly [figure: string]: Json };
  /** The figures that the documents show; the first row is the head. */
  readonly table: readonly Row[];
  readonly claims: readonly Claim[];
  /** What was left out, and why; told aloud. */
  readonly skipped: readonly string[];
}

/** One attack on the product's own tokens or service. */
export interface Attack {
  readonly about: string;
  run(setting: Setting): Promise<Finding>;
}

/** Holds a figure against its bound. */
export function toClaim(
  claim: string,
  { figure, interval = null }: { readonly figure: number; readonly interval?: Claim['interval'] },
  bound: Bound,
): Claim {
  const holds = 'atMost' in bound ? figure <= bound.atMost : figure >= bound.atLeast;
  return { claim, figure, interval, bound, holds };
}

/** Three significant digits: more would be noise. */
export const toDigits = (value: number): number => Number(value.toPrecision(3));
