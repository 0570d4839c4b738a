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
