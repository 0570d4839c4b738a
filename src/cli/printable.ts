/**
 * Replaces control characters by a space. Names from a provider are untrusted and could move the cursor or recolor the
 * terminal.
 */
export const toPrintable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
