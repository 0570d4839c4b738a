import { createHash } from 'node:crypto';

/** Half of the evaluation people. Thresholds are fitted on the half `fit` and evaluated on the half `judge`. */
export type Half = 'fit' | 'judge';

/** @param place - index among the source's people, sorted by name */
export type Split = (person: string, place: number) => Half;

/** Splits people by the first byte of the name's SHA-256, so that no one is in both halves. */
export function toHalf(person: string): Half {
  return createHash('sha256').update(person).digest()[0] % 2 === 0 ? 'fit' : 'judge';
}

/** Splits people alternately, because a digest could leave one half of a small source nearly empty. */
export const toHalfByPlace: Split = (_person, place) => (place % 2 === 1 ? 'fit' : 'judge');
