import { createHash } from 'node:crypto';

/** Which half of the evaluation people somebody is in: `fit` sets bounds, `judge` tells how good they are. */
export type Half = 'fit' | 'judge';

/** Splits people, not photos, so that nobody is in both halves: by the first byte of the SHA-256 of the name. */
export function toHalf(person: string): Half {
  return createHash('sha256').update(person).digest()[0] % 2 === 0 ? 'fit' : 'judge';
}
