/** Returns where the content of a DER value begins and ends (X.690, section 8.1.3). */
export function contentAt(bytes: Uint8Array, at: number): { readonly start: number; readonly end: number } {
  const [first = 0] = bytes.subarray(at + 1);
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const start = at + 2 + lengthBytes;
  const length = lengthBytes === 0 ? first : Buffer.from(bytes.subarray(at + 2, start)).readUIntBE(0, lengthBytes);
  return { start, end: start + length };
}
