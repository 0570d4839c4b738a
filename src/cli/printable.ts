/** Replaces control characters by a space. A provider's names are untrusted and could move the cursor. */
export const toPrintable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
