/**
 * A text for a terminal, one line: control characters become a space. Names at a provider are other people's, and could
 * move the cursor or recolour what an administrator reads.
 */
export const toPrintable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
