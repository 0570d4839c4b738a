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

/** The accuracy levels. */
export const levels = {
  1: { messageBits: 32, cosine: 0.235 },
  2: { messageBits: 48, cosine: 0.305 },
  3: { messageBits: 64, cosine: 0.365 },
  4: { messageBits: 80, cosine: 0.412 },
  5: { messageBits: 88, cosine: 0.435 },
  6: { messageBits: 96, cosine: 0.455 },
  7: { messageBits: 112, cosine: 0.479 },
  8: { messageBits: 128, cosine: 0.5 },
} as const satisfies Record<Accuracy, Level>;

/** All levels, most tolerant first. */
export const accuracies = [1, 2, 3, 4, 5, 6, 7, 8] as const satisfies readonly Accuracy[];
