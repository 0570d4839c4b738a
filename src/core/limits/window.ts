import type { Clock, State } from '../ports.js';
import { addSec, type EpochMs, epochMs } from '../units.js';

/** A stretch of time that something is counted in. The same on all replicas: they begin at whole multiples of their length. */
export interface Window {
  readonly key: string;
  readonly endsAt: EpochMs;
}

/** A replica whose clock is late counts in the same window a little longer. */
const clockSkewSec = 60;

/** The window of now. @param name - what is counted, and by whom */
export function windowOf(name: string, lengthSec: number, { clock }: { readonly clock: Clock }): Window {
  const lengthMs = lengthSec * 1000;
  const number = Math.floor(clock.now() / lengthMs);
  return { key: `${name}:${number}`, endsAt: epochMs((number + 1) * lengthMs) };
}

/** Counts in a window, over all replicas. @returns the sum. @throws FaceError `state_unavailable` */
export const countIn = (
  { key, endsAt }: Window,
  amount: number,
  { state }: { readonly state: State },
): Promise<number> => state.add(key, amount, addSec(endsAt, clockSkewSec));

/** Whole seconds until a window ends, from 1. */
export const secLeftOf = ({ endsAt }: Window, { clock }: { readonly clock: Clock }): number =>
  Math.max(1, Math.ceil((endsAt - clock.now()) / 1000));
