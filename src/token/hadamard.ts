/** Applies the unscaled Walsh–Hadamard transform in natural order, in place. @param length - a power of two */
export function walshHadamard(values: Float32Array, start: number, length: number): void {
  for (let half = 1; half < length; half <<= 1)
    for (let block = start; block < start + length; block += half << 1)
      for (let at = block; at < block + half; at += 1) {
        const a = values[at];
        const b = values[at + half];
        values[at] = a + b;
        values[at + half] = a - b;
      }
}

/** Negates the values whose bit is 1, in place. */
export function flipSigns(values: Float32Array, negative: Uint8Array): void {
  for (let at = 0; at < values.length; at += 1) if (negative[at] === 1) values[at] = -values[at];
}
