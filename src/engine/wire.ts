/*
 * As much of the Protocol Buffers wire format as looking into an ONNX file and changing it takes. What is not changed is
 * passed on byte for byte, fields we know nothing of too, and copied once: models are megabytes.
 * @see https://protobuf.dev/programming-guides/encoding/
 */

/** One field of a message. */
export interface Field {
  readonly number: number;
  /** The field as it is written, its number and length included, in pieces. */
  readonly encoded: readonly Uint8Array[];
  /** Of a field that was read: what a text, a message or a list of bytes holds. Otherwise empty. */
  readonly content: Uint8Array;
}

/** Wire types: two that we write, and two of fixed length that only attributes have. */
const varint = 0;
const bytes = 2;
const fixedLengths: ReadonlyMap<number, number> = new Map([
  [1, 8],
  [5, 4],
]);

const none = new Uint8Array();

function toVarint(value: number): number[] {
  const groups: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) groups.push((rest % 128) + 128);
  return [...groups, rest];
}

const toLength = (pieces: readonly Uint8Array[]): number => pieces.reduce((sum, { length }) => sum + length, 0);

function lengthDelimited(number: number, pieces: readonly Uint8Array[]): Field {
  const head = Uint8Array.from([...toVarint(8 * number + bytes), ...toVarint(toLength(pieces))]);
  return { number, encoded: [head, ...pieces], content: none };
}

/** A message. */
export const messageField = (number: number, fields: readonly Field[]): Field =>
  lengthDelimited(
    number,
    fields.flatMap(({ encoded }) => encoded),
  );

/** A list of bytes. */
export const bytesField = (number: number, content: Uint8Array): Field => lengthDelimited(number, [content]);

/** A text. */
export const textField = (number: number, text: string): Field => bytesField(number, new TextEncoder().encode(text));

/** A whole number, 0 or more. */
export const numberField = (number: number, value: number): Field => ({
  number,
  encoded: [Uint8Array.from([...toVarint(8 * number + varint), ...toVarint(value)])],
  content: none,
});

/** The fields of a message, in their order; they point into it. @throws RangeError the message is none, or cut short */
export function readMessage(message: Uint8Array): Field[] {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  let at = 0;
  const readVarint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const group = view.getUint8(at++);
      value += (group % 128) * scale;
      if (group < 128) return value;
    }
  };
  const fields: Field[] = [];
  while (at < message.length) {
    const from = at;
    const tag = readVarint();
    const type = tag % 8;
    if (type === varint) readVarint();
    const length = type === bytes ? readVarint() : type === varint ? 0 : fixedLengths.get(type);
    if (length === undefined || at + length > message.length) throw new RangeError('no such field, or cut short');
    const content = message.subarray(at, at + length);
    at += length;
    fields.push({ number: Math.floor(tag / 8), encoded: [message.subarray(from, at)], content });
  }
  return fields;
}

/** A message of these fields. */
export function writeMessage(fields: readonly Field[]): Uint8Array {
  const pieces = fields.flatMap(({ encoded }) => encoded);
  const message = new Uint8Array(toLength(pieces));
  let at = 0;
  for (const piece of pieces) {
    message.set(piece, at);
    at += piece.length;
  }
  return message;
}
