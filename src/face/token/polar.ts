/* Bits are numbered from the most significant bit of the first byte. */

export function unpackBits(bytes: Uint8Array): Uint8Array {
  const bits = new Uint8Array(bytes.length * 8);
  for (let at = 0; at < bits.length; at += 1) bits[at] = (bytes[at >> 3] >> (7 - (at & 7))) & 1;
  return bits;
}

/** Packs bits into bytes, padded with 0. */
export function packBits(bits: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  for (let at = 0; at < bits.length; at += 1) bytes[at >> 3] |= bits[at] << (7 - (at & 7));
  return bytes;
}

/** Length of the code word: one bit for each of the 512 values of two views (transforms of the embedding). */
export const codeLength = 1024;

/**
 * Returns the reliability of a code position: the polarization weight Σ bit_j · 2^(j/4). No two are equal, because 1,
 * 2^¼, 2^½ and 2^¾ are linearly independent over the integers.
 * @see https://arxiv.org/abs/1704.05709 (β-expansion, β = 2^¼)
 */
function polarisationWeight(position: number): number {
  let weight = 0;
  for (let j = 0; 1 << j < codeLength; j += 1) if ((position >> j) & 1) weight += 2 ** (j / 4);
  return weight;
}

/**
 * Returns the most reliable positions, which carry the message, ascending. All other positions of the code are 0.
 * @param messageBits - 1 to 1,024
 */
export function messagePositions(messageBits: number): Uint16Array {
  const positions = Array.from({ length: codeLength }, (_, position) => position);
  const byWeight = positions.sort((a, b) => polarisationWeight(b) - polarisationWeight(a));
  return Uint16Array.from(byWeight.slice(0, messageBits)).sort();
}

/** Applies Arıkan's transform u·F^⊗10 over GF(2) in natural order, in place. It is its own inverse. */
export function polarTransform(bits: Uint8Array): void {
  for (let half = 1; half < codeLength; half <<= 1)
    for (let start = 0; start < codeLength; start += half << 1)
      for (let at = start; at < start + half; at += 1) bits[at] ^= bits[at + half];
}

/** @param message - one 0 or 1 per position @returns 1,024 bits */
export function polarEncode(message: Uint8Array, positions: Uint16Array): Uint8Array {
  const word = new Uint8Array(codeLength);
  for (let at = 0; at < positions.length; at += 1) word[positions[at]] = message[at];
  polarTransform(word);
  return word;
}
