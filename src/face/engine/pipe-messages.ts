import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';

/*
 * Messages between the server and the process that parses pictures: a text of JSON, and bytes that need no copy into a
 * string, which could not be wiped. Each message states both lengths first.
 */

export interface Message {
  readonly text: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface MessageBounds {
  readonly mostText: number;
  readonly mostBytes: number;
}

const headLength = 8;

/** Writes a message, and wipes its bytes afterwards. */
export function writeMessage(stream: Writable, { text, bytes }: Message): void {
  const encoded = Buffer.from(text);
  const head = Buffer.alloc(headLength);
  head.writeUInt32BE(encoded.length, 0);
  head.writeUInt32BE(bytes.length, 4);
  stream.write(head);
  stream.write(encoded);
  stream.write(bytes, () => bytes.fill(0));
}

/** Removes that many bytes from the pieces that have arrived, and wipes them there. */
function takeBytes(pieces: Buffer[], length: number): Uint8Array<ArrayBuffer> {
  const taken = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const piece = pieces.shift() ?? Buffer.alloc(length - at);
    const part = piece.subarray(0, length - at);
    if (part.length < piece.length) pieces.unshift(piece.subarray(part.length));
    taken.set(part, at);
    part.fill(0);
    at += part.length;
  }
  return taken;
}

/** Returns messages in the order in which they were sent. @throws if one is longer than its bounds */
export async function* readMessages(stream: Readable, { mostText, mostBytes }: MessageBounds): AsyncGenerator<Message> {
  const pieces: Buffer[] = [];
  let arrived = 0;
  let lengths: readonly number[] = [headLength];
  for await (const piece of stream) {
    pieces.push(piece);
    arrived += piece.length;
    const isComplete = (): boolean => arrived >= lengths.reduce((sum, length) => sum + length);
    while (isComplete()) {
      const [first = new Uint8Array(), second] = lengths.map((length) => takeBytes(pieces, length));
      arrived -= first.length + (second?.length ?? 0);
      if (second !== undefined) {
        yield { text: new TextDecoder().decode(first), bytes: second };
        lengths = [headLength];
        continue;
      }
      const head = new DataView(first.buffer);
      lengths = [head.getUint32(0), head.getUint32(4)];
      if (head.getUint32(0) > mostText || head.getUint32(4) > mostBytes) throw new Error('a message over its bounds');
    }
  }
}

const placeGuard = z.strictObject({ array: z.enum(['float32', 'uint8']), at: z.int().min(0), length: z.int().min(0) });
type Place = z.infer<typeof placeGuard>;

/** Encodes a value whose arrays of numbers become bytes. The arrays are wiped. */
export function encodeMessage(value: unknown): Message {
  const arrays: Uint8Array[] = [];
  let at = 0;
  const text = JSON.stringify(value, (_, each: unknown) => {
    if (!(each instanceof Float32Array || each instanceof Uint8Array)) return each;
    const place: Place = { array: each instanceof Float32Array ? 'float32' : 'uint8', at, length: each.byteLength };
    arrays.push(new Uint8Array(each.buffer, each.byteOffset, each.byteLength));
    at += each.byteLength;
    return place;
  });
  const bytes = new Uint8Array(at);
  let end = 0;
  for (const each of arrays) {
    bytes.set(each, end);
    end += each.length;
    each.fill(0);
  }
  return { text, bytes };
}

/**
 * Decodes a value. Its arrays are copies, and the bytes of the message are wiped.
 * @throws if it is not such a message, or if arrays overlap, which could name the same bytes thousands of times
 */
export function decodeMessage({ text, bytes }: Message): unknown {
  let end = 0;
  const value: unknown = JSON.parse(text, (_, each: unknown) => {
    if (typeof each !== 'object' || each === null || !('array' in each)) return each;
    const { array, at, length } = placeGuard.parse(each);
    if (at !== end) throw new Error('an array that does not follow the one before');
    end += length;
    const copied = bytes.slice(at, at + length);
    return array === 'float32' ? new Float32Array(copied.buffer) : copied;
  });
  bytes.fill(0);
  return value;
}
