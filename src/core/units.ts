import { z } from 'zod';
import { formatIso } from './base/iso-time.js';

declare const unit: unique symbol;
type Unit<Base, Name extends string> = Base & { readonly [unit]: Name };

export type EpochMs = Unit<number, 'EpochMs'>;

export type EpochSec = Unit<number, 'EpochSec'>;

export const epochMs = (value: number): EpochMs => value as EpochMs;

export const epochSec = (value: number): EpochSec => Math.floor(value) as EpochSec;

/** A stored time, in milliseconds since 1970. */
export const epochMsGuard = z.number().transform(epochMs);

export const secondsPerDay = 86_400;

export const toEpochSec = (time: EpochMs): EpochSec => epochSec(time / 1000);
export const toEpochMs = (time: EpochSec): EpochMs => epochMs(time * 1000);
export const addSec = (time: EpochMs, seconds: number): EpochMs => epochMs(time + seconds * 1000);

export const toIso = (time: EpochMs): string => formatIso(time);

export const toDate = (time: EpochMs): Date => new Date(time);

export const fromIso = (text: string): EpochMs => epochMs(Date.parse(text));

/** Parses a `Date` header (RFC 9110, section 5.6.7). Returns `null` for other text. */
export function fromHttpDate(text: string): EpochMs | null {
  const value = Date.parse(text);
  return Number.isNaN(value) ? null : epochMs(value);
}
