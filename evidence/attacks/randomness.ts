import { deflateRawSync } from 'node:zlib';
import { unpackBits } from '../../src/face/token/bits.js';
import { Basis } from './basis.js';
import {
  approximateEntropy,
  blockFrequency,
  cumulativeSums,
  frequency,
  longestRun,
  runs,
  serial,
} from './nist-tests.js';
import { chiSquaredTail, twoSampleKs, twoSided } from './probability.js';
import type { SecretFields } from './sealed-tokens.js';

export type PValues = Readonly<Record<string, number>>;

const toBytes = ({ salt, stored, tag }: SecretFields): Uint8Array => Buffer.concat([salt, stored, tag]);

const distance = (a: Uint8Array, b: Uint8Array): number => a.reduce((sum, bit, at) => sum + (bit ^ b[at]), 0);

/** Tests the largest bias of any bit position, with Bonferroni correction. */
function positionBias(tokens: readonly Uint8Array[]): number {
  const counts = new Float64Array(tokens[0].length);
  for (const bits of tokens) for (let at = 0; at < bits.length; at += 1) counts[at] += bits[at];
  const greatest = counts.reduce((most, count) => Math.max(most, Math.abs(2 * count - tokens.length)), 0);
  return Math.min(1, counts.length * twoSided(greatest / Math.sqrt(tokens.length)));
}

function byteFrequency(bytes: Uint8Array): number {
  const counts = new Float64Array(256);
  for (const byte of bytes) counts[byte] += 1;
  const expected = bytes.length / 256;
  return chiSquaredTail(
    counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0),
    255,
  );
}

/** Returns the correlation of adjacent bytes. */
function serialCorrelation(bytes: Uint8Array): number {
  const mean = bytes.reduce((sum, byte) => sum + byte, 0) / bytes.length;
  let [together, alone] = [0, 0];
  for (let at = 0; at < bytes.length; at += 1) {
    alone += (bytes[at] - mean) ** 2;
    if (at > 0) together += (bytes[at] - mean) * (bytes[at - 1] - mean);
  }
  return twoSided((together / alone) * Math.sqrt(bytes.length));
}

/**
 * Tests the parity of the stored bits of one person's tokens. If the format had no mask, this parity would equal the
 * parity of the face's sign bits, because every code word has even parity.
 */
function parityOfOnes(stored: readonly Uint8Array[]): number {
  const odd = stored.reduce((sum, bits) => sum + bits.reduce((parity, bit) => parity ^ bit, 0), 0);
  return twoSided((2 * odd - stored.length) / Math.sqrt(stored.length));
}

/**
 * Tests the GF(2) rank of token differences, as in NIST SP 800-22, 2.5. A random r × c matrix has rank deficiency d
 * with probability about 2^(−d(d + |r − c|)), times at most 3.5.
 */
function binaryRank(stored: readonly Uint8Array[]): number {
  const rows = stored.slice(1, stored[0].length + 1).map((bits) => {
    let row = 0n;
    for (let at = 0; at < bits.length; at += 1) row = (row << 1n) | BigInt(bits[at] ^ stored[0][at]);
    return row;
  });
  const basis = new Basis();
  for (const row of rows) basis.add(row);
  const lacking = Math.min(rows.length, stored[0].length) - basis.rank;
  return Math.min(1, lacking === 0 ? 1 : 3.5 * 2 ** (-lacking * (lacking + Math.abs(rows.length - stored[0].length))));
}

const compression = (bytes: Uint8Array): number => (deflateRawSync(bytes, { level: 9 }).length >= bytes.length ? 1 : 0);

/**
 * Runs all randomness tests.
 * @param ofOne - tokens of one person's identical photo, the worst case
 * @param ofMany - tokens of different people
 */
export function testRandomness(ofOne: readonly SecretFields[], ofMany: readonly SecretFields[]): PValues {
  const [one, many] = [ofOne, ofMany].map((tokens) => tokens.map((token) => unpackBits(toBytes(token))));
  const bytes = Buffer.concat([...ofOne, ...ofMany].map(toBytes));
  const bits = unpackBits(bytes);
  const storedOfOne = ofOne.map(({ stored }) => unpackBits(stored));
  /** Returns the distances of disjoint pairs, which are independent. */
  const distances = (tokens: readonly Uint8Array[]): number[] =>
    Array.from({ length: tokens.length >> 1 }, (_, at) => distance(tokens[2 * at], tokens[2 * at + 1]));
  const [serial1, serial2] = serial(bits);
  return {
    frequency: frequency(bits),
    blockFrequency: blockFrequency(bits),
    runs: runs(bits),
    longestRun: longestRun(bits),
    serial1,
    serial2,
    approximateEntropy: approximateEntropy(bits),
    cumulativeSums: cumulativeSums(bits),
    byteFrequency: byteFrequency(bytes),
    serialCorrelation: serialCorrelation(bytes),
    positionBiasOfOne: positionBias(one),
    positionBiasOfMany: positionBias(many),
    hammingDistance: twoSampleKs(distances(one), distances(many)),
    parityOfOnes: parityOfOnes(storedOfOne),
    binaryRank: binaryRank(storedOfOne),
    compression: compression(bytes),
  };
}

/** Combines p-values with Bonferroni's correction. */
export const combined = (values: PValues): number =>
  Math.min(1, Object.keys(values).length * Math.min(...Object.values(values)));
