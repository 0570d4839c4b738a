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

/** Number of messages to test. Each costs an Argon2id run, and further ones are almost never right. */
export const candidateCount = 8;

const { abs } = Math;
const layers = Math.log2(codeLength) + 1;

/**
 * Creates a successive-cancellation list decoder (min-sum). Subtrees that contain no message bit, or only one at the
 * last position, are decided at once; with min-sum, their penalties are exact. Path `p` writes only to slot `p`. When a
 * path forks, slot numbers are copied instead of values.
 * @param positions - message positions, ascending; at least 3, including the last
 * @param listSize - number of paths: at least `candidateCount`, a power of two
 * @see https://arxiv.org/abs/1206.0050 (Tal and Vardy)
 * @see https://arxiv.org/abs/1505.01466 (penalties of whole subtrees)
 */
export function createListDecoder(positions: Uint16Array, listSize: number) {
  // Each layer has slots for beliefs, and for decisions of the left and the right half. In the top layer, all paths
  // share one slot.
  const slotsOf = (layer: number): number => (layer === 0 ? 1 : listSize);
  const beliefs = Array.from(
    { length: layers },
    (_, layer) => new Float32Array(slotsOf(layer) * (codeLength >> layer)),
  );
  const lefts = Array.from({ length: layers }, (_, layer) => new Uint8Array(listSize * (codeLength >> layer)));
  const rights = Array.from({ length: layers }, (_, layer) => new Uint8Array(listSize * (codeLength >> layer)));
  const beliefSlots = new Uint8Array(layers * listSize);
  const leftSlots = new Uint8Array(layers * listSize);
  const forkedSlots = new Uint8Array(layers * listSize);
  const metrics = new Float64Array(listSize);
  const forkMetrics = new Float64Array(listSize * 2);
  const forkOrder = new Uint8Array(listSize * 2);
  const forkBits = new Uint8Array(listSize);
  const word = new Uint8Array(codeLength);
  let paths = 1;

  // Number of message bits before each position.
  const before = new Uint16Array(codeLength + 1);
  for (const position of positions) before[position + 1] = 1;
  for (let at = 0; at < codeLength; at += 1) before[at + 1] += before[at];

  function follow(slots: Uint8Array): void {
    forkedSlots.set(slots);
    for (let layer = 0; layer < layers; layer += 1)
      for (let path = 0; path < paths; path += 1)
        slots[layer * listSize + path] = forkedSlots[layer * listSize + (forkOrder[path] >> 1)];
  }

  function fork(): void {
    const choices = paths * 2;
    for (let choice = 0; choice < choices; choice += 1) {
      let at = choice;
      for (; at > 0 && forkMetrics[forkOrder[at - 1]] > forkMetrics[choice]; at -= 1) forkOrder[at] = forkOrder[at - 1];
      forkOrder[at] = choice;
    }
    paths = Math.min(choices, listSize);
    follow(beliefSlots);
    follow(leftSlots);
    for (let path = 0; path < paths; path += 1) {
      metrics[path] = forkMetrics[forkOrder[path]];
      forkBits[path] = forkOrder[path] & 1;
    }
  }

  /** Decides a subtree. Path `p` writes to slot `p` of `decided`. */
  function decide(layer: number, start: number, decided: Uint8Array): void {
    const size = codeLength >> layer;
    const carried = before[start + size] - before[start];
    const last = before[start + size] - before[start + size - 1];
    if (carried === 0 || (carried === 1 && last === 1)) {
      decideAlike(layer, size, carried === 1, decided);
      return;
    }
    const half = size >> 1;
    const below = layer + 1;
    believeLeft(layer, half);
    decide(below, start, lefts[below]);
    for (let path = 0; path < paths; path += 1) leftSlots[below * listSize + path] = path;
    believeRight(layer, half);
    decide(below, start + half, rights[below]);
    const leftBits = lefts[below];
    const rightBits = rights[below];
    for (let path = 0; path < paths; path += 1) {
      const left = leftSlots[below * listSize + path] * half;
      const right = path * half;
      const out = path * size;
      for (let at = 0; at < half; at += 1) {
        const bit = rightBits[right + at];
        decided[out + at] = leftBits[left + at] ^ bit;
        decided[out + half + at] = bit;
      }
    }
  }

  /** Decides a subtree that is all 0 or, if `isOpen`, all 0 or all 1. */
  function decideAlike(layer: number, size: number, isOpen: boolean, decided: Uint8Array): void {
    const belief = beliefs[layer];
    for (let path = 0; path < paths; path += 1) {
      const from = beliefSlots[layer * listSize + path] * size;
      let against0 = 0;
      let against1 = 0;
      for (let at = from; at < from + size; at += 1) {
        const sure = abs(belief[at]);
        against0 += sure - belief[at];
        against1 += sure + belief[at];
      }
      forkMetrics[path * 2] = metrics[path] + against0 / 2;
      forkMetrics[path * 2 + 1] = metrics[path] + against1 / 2;
    }
    if (isOpen) fork();
    else
      for (let path = 0; path < paths; path += 1) {
        metrics[path] = forkMetrics[path * 2];
        forkBits[path] = 0;
      }
    for (let path = 0; path < paths; path += 1) decided.fill(forkBits[path], path * size, (path + 1) * size);
  }

  function believeLeft(layer: number, half: number): void {
    const above = beliefs[layer];
    const below = beliefs[layer + 1];
    for (let path = 0; path < paths; path += 1) {
      const from = beliefSlots[layer * listSize + path] * half * 2;
      const to = path * half;
      for (let at = 0; at < half; at += 1) {
        const a = above[from + at];
        const b = above[from + half + at];
        // Equals sign(a)·sign(b)·min(|a|, |b|), without branches.
        below[to + at] = (abs(a + b) - abs(a - b)) / 2;
      }
      beliefSlots[(layer + 1) * listSize + path] = path;
    }
  }

  function believeRight(layer: number, half: number): void {
    const above = beliefs[layer];
    const below = beliefs[layer + 1];
    const decided = lefts[layer + 1];
    for (let path = 0; path < paths; path += 1) {
      const from = beliefSlots[layer * listSize + path] * half * 2;
      const left = leftSlots[(layer + 1) * listSize + path] * half;
      const to = path * half;
      for (let at = 0; at < half; at += 1) {
        below[to + at] = above[from + half + at] + (1 - 2 * decided[left + at]) * above[from + at];
      }
      beliefSlots[(layer + 1) * listSize + path] = path;
    }
  }

  return {
    /**
     * Decodes the `candidateCount` likeliest messages, likeliest first.
     * @param soft - 1,024 values: the sign is the bit (positive is 0), the magnitude its confidence
     * @param messages - receives the messages, one 0 or 1 per bit
     * @returns for each message, the sum of magnitudes that contradict its code word
     */
    decode(soft: Float32Array, messages: Uint8Array): Float64Array {
      paths = 1;
      metrics[0] = 0;
      beliefSlots.fill(0);
      beliefs[0].set(soft);
      decide(0, 0, rights[0]);
      for (let path = 0; path < candidateCount; path += 1) {
        word.set(rights[0].subarray(path * codeLength, (path + 1) * codeLength));
        polarTransform(word);
        for (let at = 0; at < positions.length; at += 1) messages[path * positions.length + at] = word[positions[at]];
      }
      return metrics.slice(0, candidateCount);
    },
    wipe(): void {
      for (const values of [word, ...beliefs, ...lefts, ...rights]) values.fill(0);
    },
  };
}
