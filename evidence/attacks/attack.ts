import type { Json } from '../../src/core/base/json.js';
import type { Faces } from './faces.js';

export type Size = 'full' | 'quick';

export interface Setting {
  readonly size: Size;
  loadFaces(): Promise<Faces>;
  say(line: string): void;
}

export type Bound = { readonly atMost: number } | { readonly atLeast: number };

/** A statement of docs/security-analysis.md and whether the measurement supports it. */
export interface Claim {
  readonly claim: string;
  readonly figure: number;
  /** 95 % interval; `null` if the figure is a count. */
  readonly interval: readonly [number, number] | null;
  readonly bound: Bound;
  readonly holds: boolean;
}

export type Row = readonly string[];

export interface Finding {
  /** Figures for the JSON output, with stable property names. */
  readonly figures: { readonly [figure: string]: Json };
  readonly table: readonly Row[];
  readonly claims: readonly Claim[];
  /** Parts that were not measured, with reasons. */
  readonly skipped: readonly string[];
}

export interface Attack {
  readonly about: string;
  run(setting: Setting): Promise<Finding>;
}

export function toClaim(claim: string, figure: number, bound: Bound, interval: Claim['interval'] = null): Claim {
  const holds = 'atMost' in bound ? figure <= bound.atMost : figure >= bound.atLeast;
  return { claim, figure, interval, bound, holds };
}

export const toDigits = (value: number): number => Number(value.toPrecision(3));
