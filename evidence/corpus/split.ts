import { createHash } from 'node:crypto';

/** Half of the evaluation people: `fit` sets limits, `judge` evaluates them. */
export type Half = 'fit' | 'judge';

/** @param place - index among a source's people sorted by name */
export type Split = (person: string, place: number) => Half;

/** Splits people, so that no one is in both halves, by the first byte of the name's SHA-256. */
export function toHalf(person: string): Half {
  return createHash('sha256').update(person).digest()[0] % 2 === 0 ? 'fit' : 'judge';
}

/** Splits people alternately by name, because a digest could leave one half nearly empty. */
export const toHalfByPlace: Split = (_person, place) => (place % 2 === 1 ? 'fit' : 'judge');
