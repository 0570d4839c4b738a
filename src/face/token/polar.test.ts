import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  candidateCount,
  codeLength,
  createListDecoder,
  messagePositions,
  packBits,
  polarEncode,
  unpackBits,
} from './polar.js';

/** Bytes that are always the same for one name. */
const stream = (name: string, bytes: number): Buffer =>
  createHash('shake256', { outputLength: bytes }).update(name).digest();
const randomBits = (name: string, count: number): Uint8Array =>
  Uint8Array.from(stream(name, count), (byte) => byte & 1);

const listSize = 16;
const messageSizes = [32, 48, 64, 80, 96, 104, 112, 128];

/** The belief in one bit, from what was received and the bits before it: the definition, from scratch each time. */
function beliefIn(received: readonly number[], before: readonly number[], position: number): number {
  if (received.length === 1) return received[0]!;
  const half = received.length / 2;
  const a = received.slice(0, half);
  const b = received.slice(half);
  if (position < half) {
    const left = a.map(
      (value, at) => Math.sign(value) * Math.sign(b[at]!) * Math.min(Math.abs(value), Math.abs(b[at]!)),
    );
    return beliefIn(left, before, position);
  }
  const word = encodeSlowly(before.slice(0, half));
  const right = a.map((value, at) => b[at]! + (word[at] === 1 ? -value : value));
  return beliefIn(right, before.slice(half), position - half);
}

function encodeSlowly(bits: readonly number[]): number[] {
  if (bits.length === 1) return [...bits];
  const half = bits.length / 2;
  const a = encodeSlowly(bits.slice(0, half));
  const b = encodeSlowly(bits.slice(half));
  return [...a.map((bit, at) => bit ^ b[at]!), ...b];
}

/** Successive-cancellation list decoding leaf by leaf, without shortcuts. */
function decodeSlowly(received: readonly number[], positions: Uint16Array): string[] {
  const carries = new Set(positions);
  let paths: { bits: number[]; metric: number }[] = [{ bits: [], metric: 0 }];
  for (let position = 0; position < codeLength; position += 1) {
    const grown = paths.flatMap(({ bits, metric }) => {
      const belief = beliefIn(received, bits, position);
      return (carries.has(position) ? [0, 1] : [0]).map((bit) => {
        const isAgainst = bit === 1 ? belief > 0 : belief < 0;
        return { bits: [...bits, bit], metric: metric + (isAgainst ? Math.abs(belief) : 0) };
      });
    });
    paths = grown.sort((a, b) => a.metric - b.metric).slice(0, listSize);
  }
  return paths.slice(0, candidateCount).map(({ bits }) => Array.from(positions, (position) => bits[position]).join(''));
}

function decode(received: Float32Array, positions: Uint16Array): string[] {
  const messages = new Uint8Array(candidateCount * positions.length);
  createListDecoder(positions, listSize).decode(received, messages);
  return Array.from({ length: candidateCount }, (_, at) =>
    messages.subarray(at * positions.length, (at + 1) * positions.length).join(''),
  );
}

describe('the polar code', () => {
  test.each([32, 80, 128])('puts %i message bits on the most reliable positions', (bits) => {
    const positions = messagePositions(bits);
    expect(positions).toHaveLength(bits);
    expect([...positions]).toEqual([...new Set(positions)].sort((a, b) => a - b));
    expect(positions.at(-1)).toBe(1023);
    // Smaller codes are parts of larger ones, as the weights do not depend on the size.
    expect(messagePositions(bits - 1).every((position) => positions.includes(position))).toBe(true);
  });
});

describe('the list decoder', () => {
  // Whole numbers below 2^24 add up exactly in either precision, so that both decoders see the same metrics.
  test.each([
    ['noise alone', 128, 0],
    ['a word under heavy noise', 80, 2000],
  ])(
    'returns the candidates of a reference decoder, in the same order, for %s and %i bits',
    (name, bits, amplitude) => {
      const positions = messagePositions(bits);
      const word = polarEncode(randomBits(`${name} ${bits}`, bits), positions);
      const noise = stream(`noise ${name} ${bits}`, codeLength * 2);
      const received = Array.from(
        word,
        (bit, at) => (bit === 1 ? -amplitude : amplitude) + (noise.readInt16LE(at * 2) >> 2),
      );
      expect(decode(Float32Array.from(received), positions)).toEqual(decodeSlowly(received, positions));
    },
  );

  test('ranks the sent message first if 15 % of the bits are wrong', () => {
    const decoders = messageSizes.map((bits) => ({ bits, positions: messagePositions(bits) }));
    fc.assert(
      fc.property(fc.constantFrom(...decoders), fc.string(), ({ bits, positions }, seed) => {
        const message = randomBits(`message ${seed}`, bits);
        const wrong = stream(`errors ${seed}`, codeLength);
        const received = Float32Array.from(polarEncode(message, positions), (bit, at) => {
          const sent = bit === 1 ? -1 : 1;
          return wrong[at]! < 38 ? -sent : sent;
        });
        expect(decode(received, positions)[0]).toBe(message.join(''));
      }),
      { numRuns: 60 },
    );
  });

  test('returns eight different candidates and keeps no state between two decodings', () => {
    const positions = messagePositions(96);
    const decoder = createListDecoder(positions, listSize);
    const messages = new Uint8Array(candidateCount * 96);
    const received = ['first', 'second'].map((name) =>
      Float32Array.from(stream(name, codeLength), (byte) => byte - 127.5),
    );
    decoder.decode(received[0]!, messages);
    decoder.decode(received[1]!, messages);
    const again = Array.from({ length: candidateCount }, (_, at) => messages.subarray(at * 96, (at + 1) * 96).join(''));
    expect(again).toEqual(decode(received[1]!, positions));
    expect(new Set(again).size).toBe(candidateCount);
  });
});

test('packBits inverts unpackBits, most significant bit first', () => {
  expect([...unpackBits(Uint8Array.of(0b1000_0001, 0b0100_0000))].join('')).toBe('1000000101000000');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => expect(packBits(unpackBits(bytes))).toEqual(bytes)),
  );
});
