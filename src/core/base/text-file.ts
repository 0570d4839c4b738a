/** Byte that ends text files of DOS (control-Z). */
const endOfFile = 0x1a;

/** Returns a text file in UTF-8 without its marks. UTF-16, which spreadsheets call "Unicode text", has a byte order mark. */
export function toUtf8(bytes: Uint8Array): Buffer {
  const isLittle = bytes[0] === 0xff && bytes[1] === 0xfe;
  const isBig = bytes[0] === 0xfe && bytes[1] === 0xff;
  const { buffer, byteOffset, length } = bytes;
  const same = Buffer.from(buffer, byteOffset, length);
  const whole = isLittle || isBig ? Buffer.from(new TextDecoder(isBig ? 'utf-16be' : 'utf-16le').decode(bytes)) : same;
  const text = whole[0] === 0xef && whole[1] === 0xbb && whole[2] === 0xbf ? whole.subarray(3) : whole;
  return text.at(-1) === endOfFile ? text.subarray(0, -1) : text;
}
