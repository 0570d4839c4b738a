import { createHash } from 'node:crypto';

/**
 * Draws a uniform permutation by Fisher–Yates from big-endian 32-bit words of SHAKE-256. Words that would make some
 * permutations more likely are skipped.
 */
export function drawPermutation(seed: Uint8Array, length: number): Uint16Array {
  const streamOf = (words: number): Buffer =>
    createHash('shake256', { outputLength: words * 4 })
      .update(seed)
      .digest();
  let stream = streamOf(length);
  let at = 0;
  const nextWord = (): number => {
    // A longer output of SHAKE-256 begins with the shorter one.
    if (at === stream.length) stream = streamOf(stream.length / 2);
    at += 4;
    return stream.readUInt32BE(at - 4);
  };
  const order = Uint16Array.from({ length }, (_, position) => position);
  for (let last = length - 1; last > 0; last -= 1) {
    const choices = last + 1;
    const fair = 2 ** 32 - (2 ** 32 % choices);
    let word = nextWord();
    while (word >= fair) word = nextWord();
    const chosen = word % choices;
    const kept = order[last];
    order[last] = order[chosen];
    order[chosen] = kept;
  }
  return order;
}
