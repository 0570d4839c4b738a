import type { Clock, State } from '../ports.js';
import { addSec, type EpochMs, epochMs } from '../units.js';

/** Starts at a multiple of its length, on all replicas. */
export interface Window {
  readonly key: string;
  readonly endsAt: EpochMs;
}

/** A slow replica uses the window this much longer. */
const clockSkewSec = 60;

/** Returns the current window. */
export function windowOf(name: string, lengthSec: number, { clock }: { readonly clock: Clock }): Window {
  const lengthMs = lengthSec * 1000;
  const number = Math.floor(clock.now() / lengthMs);
  return { key: `${name}:${number}`, endsAt: epochMs((number + 1) * lengthMs) };
}

/** Adds to a window's count. @returns the sum @throws `state_unavailable` */
export const countIn = (
  { key, endsAt }: Window,
  amount: number,
  { state }: { readonly state: State },
): Promise<number> => state.add(key, amount, addSec(endsAt, clockSkewSec));

/** Returns the whole seconds left, at least 1. */
export const secLeftOf = ({ endsAt }: Window, { clock }: { readonly clock: Clock }): number =>
  Math.max(1, Math.ceil((endsAt - clock.now()) / 1000));
