/* Values in DER (X.690), as certificates and CMS signatures have them. What is no DER throws, and says nothing of itself. */

/** One value. */
export interface Der {
  readonly tag: number;
  readonly content: Uint8Array<ArrayBuffer>;
  /** With its tag and length. */
  readonly whole: Uint8Array<ArrayBuffer>;
}

/** A length is written in at most so many bytes: files are far below 4 GiB. */
const maxLengthBytes = 4;

/** The values that stand one after the other. @throws TypeError */
export function listDer(bytes: Uint8Array<ArrayBuffer>): Der[] {
  const values: Der[] = [];
  for (let at = 0; at < bytes.length; ) {
    const value = readDer(bytes.subarray(at));
    values.push(value);
    at += value.whole.length;
  }
  return values;
}

/** The value at the beginning; what comes behind it is left. @throws TypeError */
export function readDer(bytes: Uint8Array<ArrayBuffer>): Der {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined) throw new TypeError('no DER');
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || lengthBytes > maxLengthBytes) throw new TypeError('no DER');
  const start = 2 + lengthBytes;
  const length = lengthBytes === 0 ? first : bytes.subarray(2, start).reduce((sum, byte) => sum * 256 + byte, 0);
  if (start + length > bytes.length) throw new TypeError('no DER');
  return { tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(0, start + length) };
}

/** What a value of one tag consists of. @throws TypeError */
export function membersOf(value: Der | undefined, tag: number): Der[] {
  if (value?.tag !== tag) throw new TypeError('no DER');
  return listDer(value.content);
}

export const toHex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** An object identifier, in the hexadecimal digits of its DER; empty where there is none. */
export const oidOf = (value: Der | undefined): string => (value?.tag === 0x06 ? toHex(value.content) : '');
