import { z } from 'zod';

declare const unit: unique symbol;
type Unit<Base, Name extends string> = Base & { readonly [unit]: Name };

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = Unit<number, 'EpochMs'>;

/** Whole seconds since 1970-01-01T00:00:00Z. */
export type EpochSec = Unit<number, 'EpochSec'>;

export const epochMs = (value: number): EpochMs => value as EpochMs;

/** Rounds down to whole seconds since 1970. */
export const epochSec = (value: number): EpochSec => Math.floor(value) as EpochSec;

/** A stored time, in milliseconds since 1970. */
export const epochMsGuard = z.number().transform(epochMs);

export const secondsPerDay = 86_400;

export const toEpochSec = (time: EpochMs): EpochSec => epochSec(time / 1000);
export const toEpochMs = (time: EpochSec): EpochMs => epochMs(time * 1000);
export const addSec = (time: EpochMs, seconds: number): EpochMs => epochMs(time + seconds * 1000);

/** Formats a time as RFC 3339 in UTC. */
export const toIso = (time: EpochMs): string => new Date(time).toISOString();

export const toDate = (time: EpochMs): Date => new Date(time);

/** Parses text that is known to be RFC 3339. */
export const fromIso = (text: string): EpochMs => epochMs(Date.parse(text));

/** Parses a `Date` header (RFC 9110, section 5.6.7). Returns `null` for other text. */
export function fromHttpDate(text: string): EpochMs | null {
  const value = Date.parse(text);
  return Number.isNaN(value) ? null : epochMs(value);
}
