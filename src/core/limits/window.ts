import type { Clock, State } from '../ports.js';
import { addSec, type EpochMs, epochMs } from '../units.js';

/** A fixed window for counting. It starts at a multiple of its length, so all replicas use the same one. */
export interface Window {
  readonly key: string;
  readonly endsAt: EpochMs;
}

/** Seconds for which counts are kept after their window, for replicas whose clock is slow. */
const clockSkewSec = 60;

export function windowOf(name: string, lengthSec: number, { clock }: { readonly clock: Clock }): Window {
  const lengthMs = lengthSec * 1000;
  const number = Math.floor(clock.now() / lengthMs);
  return { key: `${name}:${number}`, endsAt: epochMs((number + 1) * lengthMs) };
}

/** Adds to a window's count. @returns the sum */
export const countIn = (
  { key, endsAt }: Window,
  amount: number,
  { state }: { readonly state: State },
): Promise<number> => state.add(key, amount, addSec(endsAt, clockSkewSec));

/** Returns the whole seconds until the window ends, at least 1. */
export const secLeftOf = ({ endsAt }: Window, { clock }: { readonly clock: Clock }): number =>
  Math.max(1, Math.ceil((endsAt - clock.now()) / 1000));
