/*
 * Protocol Buffers wire format, to change ONNX files. Unknown fields are kept. Content is copied only once, because
 * models have megabytes.
 * @see https://protobuf.dev/programming-guides/encoding/
 */

export interface Field {
  readonly number: number;
  readonly encoded: readonly Uint8Array[];
  /** Content of a text, message or bytes field that was parsed; otherwise empty. */
  readonly content: Uint8Array;
}

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

export const messageField = (number: number, fields: readonly Field[]): Field =>
  lengthDelimited(
    number,
    fields.flatMap(({ encoded }) => encoded),
  );

export const bytesField = (number: number, content: Uint8Array): Field => lengthDelimited(number, [content]);

export const textField = (number: number, text: string): Field => bytesField(number, new TextEncoder().encode(text));

export const numberField = (number: number, value: number): Field => ({
  number,
  encoded: [Uint8Array.from([...toVarint(8 * number + varint), ...toVarint(value)])],
  content: none,
});

/** Returns the value of a number field that was parsed. */
export function numberOf({ encoded: [bytes = none] }: Field): number {
  const at = bytes.findIndex((group) => group < 128) + 1;
  return bytes.subarray(at).reduce((value, group, place) => value + (group % 128) * 128 ** place, 0);
}

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
    if (length === undefined || at + length > message.length) throw new RangeError('unknown field, or truncated');
    const content = message.subarray(at, at + length);
    at += length;
    fields.push({ number: Math.floor(tag / 8), encoded: [message.subarray(from, at)], content });
  }
  return fields;
}

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
