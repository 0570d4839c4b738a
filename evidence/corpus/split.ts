import { createHash } from 'node:crypto';

/** Which half of the evaluation people somebody is in: `fit` sets bounds, `judge` tells how good they are. */
export type Half = 'fit' | 'judge';

/** How people are split. @param place - among all people of a source, sorted by name, from 0 */
export type Split = (person: string, place: number) => Half;

/** Splits people, not photos, so that nobody is in both halves: by the first byte of the SHA-256 of the name. */
export function toHalf(person: string): Half {
  return createHash('sha256').update(person).digest()[0] % 2 === 0 ? 'fit' : 'judge';
}

/** The same of people of one source: every second by name, as they are so few that a digest would leave one half nearly empty. */
export const toHalfByPlace: Split = (_person, place) => (place % 2 === 1 ? 'fit' : 'judge');
