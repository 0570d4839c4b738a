import type { Accuracy } from '../core/ports.js';

/** What one accuracy level demands. */
export interface Level {
  /**
   * Bits of the message in the token: the more bits, the more of the face's sign bits must agree. This is the threshold
   * of every token, and nothing else is.
   */
  readonly messageBits: number;
  /** For comparisons without a token: the cosine of two embeddings whose false match rate is that of `messageBits`. */
  readonly cosine: number;
}

/**
 * The accuracy levels. Message bits: the table of docs/token-format.md, from measured error rates; level 4 has a false
 * match rate of 1e-4 for one photo against one. Cosines: `npm run eval -- fit --json`, over 1,021,735 pairs of strangers
 * of the fitting half; at levels 7 and 8 ten and five pairs decide, so those two are rough.
 */
export const levels = {
  1: { messageBits: 32, cosine: 0.241 },
  2: { messageBits: 48, cosine: 0.308 },
  3: { messageBits: 64, cosine: 0.361 },
  4: { messageBits: 80, cosine: 0.413 },
  5: { messageBits: 88, cosine: 0.43 },
  6: { messageBits: 96, cosine: 0.448 },
  7: { messageBits: 112, cosine: 0.468 },
  8: { messageBits: 128, cosine: 0.476 },
} as const satisfies Record<Accuracy, Level>;

/** All levels, most tolerant first. */
export const accuracies = [1, 2, 3, 4, 5, 6, 7, 8] as const satisfies readonly Accuracy[];
