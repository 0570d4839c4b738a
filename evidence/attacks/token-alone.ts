import { deflateRawSync } from 'node:zlib';
import { createSeededRandom } from '../../src/core/base/chance.js';
import { packBits, unpackBits } from '../../src/face/token/polar.js';
import { createBareTokens, enrolledBits, viewsOf } from '../measure/accuracy/bare-token.js';
import { type Attack, show, toClaim, toDigits } from './attack.js';
import { Basis } from './few-numbers.js';
import { distance, ones } from './linkability.js';
import {
  approximateEntropy,
  blockFrequency,
  chiSquaredTail,
  cumulativeSums,
  frequency,
  longestRun,
  runs,
  serial,
  twoSampleKs,
  twoSided,
} from './nist-tests.js';
import { createSealing, type SecretFields, sealFields } from './sealed-tokens.js';

type PValues = Readonly<Record<string, number>>;

const toBytes = ({ salt, stored, tag }: SecretFields): Uint8Array => Buffer.concat([salt, stored, tag]);

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
  let together = 0;
  let alone = 0;
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
  const odd = stored.reduce((sum, bits) => sum + (ones(bits) & 1), 0);
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
function testRandomness(ofOne: readonly SecretFields[], ofMany: readonly SecretFields[]): PValues {
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
const combined = (values: PValues): number =>
  Math.min(1, Object.keys(values).length * Math.min(...Object.values(values)));

/** Minimum p-value of a test. Random bytes fall below it with probability 1 in 1,000. */
const atLeast = 0.001;

const roundAll = (values: PValues) =>
  Object.fromEntries(Object.entries(values).map(([test, value]) => [test, toDigits(value)]));

/**
 * Tests whether tokens look random to someone without keys. Tokens without the mask or the permutation serve as
 * controls, which must fail.
 */
export const tokenAlone: Attack = {
  about: 'tokens and nothing else: are they random?',
  async run({ size, loadFaces, say }) {
    const faces = await loadFaces();
    const half = size === 'full' ? 5000 : 256;
    const sealing = createSealing('token alone', size);
    const [victim, ...others] = faces.judge.map(({ embeddings }) => embeddings[0]);
    const ofOne: SecretFields[] = [];
    const ofMany: SecretFields[] = [];
    for (let at = 0; at < half; at += 1) {
      ofOne.push(await sealFields(sealing, victim));
      ofMany.push(await sealFields(sealing, others[at % others.length]));
      if ((at + 1) % 1000 === 0) say(`${2 * at + 2} of ${2 * half} tokens sealed`);
    }
    const values = testRandomness(ofOne, ofMany);
    const figure = combined(values);

    const chance = createSeededRandom('broken formats');
    const bare = createBareTokens(4, chance);
    const without = (toStored: (views: Float32Array) => Uint8Array): PValues => {
      const change = (tokens: readonly SecretFields[], of: (at: number) => Float32Array): SecretFields[] =>
        tokens.map((token, at) => ({ ...token, stored: packBits(toStored(viewsOf([of(at)]))) }));
      return testRandomness(
        change(ofOne, () => victim),
        change(ofMany, (at) => others[at % others.length]),
      );
    };
    const unmasked = (views: Float32Array): Uint8Array => bare.seal(views).hidden;
    const inOrder = (views: Float32Array): Uint8Array => {
      const word = bare.encode(bare.seal(views).message);
      return enrolledBits(views).map((bit, at) => bit ^ word[at]);
    };
    say('Testing what a part was left out of…');
    const controls = {
      withoutMask: without(unmasked),
      withoutMaskAndPermutation: without(inOrder),
      signBitsAlone: without(enrolledBits),
    };
    const weakest = Math.max(...Object.values(controls).map(combined));
    return {
      figures: {
        tokens: 2 * half,
        bits: 2 * half * 1280,
        tests: roundAll(values),
        leastCorrected: toDigits(figure),
        controls: Object.fromEntries(
          Object.entries(controls).map(([name, each]) => [
            name,
            {
              leastCorrected: toDigits(combined(each)),
              caughtBy: Object.keys(each).filter((test) => each[test] * Object.keys(each).length < atLeast),
            },
          ]),
        ),
      },
      table: [
        ['test', 'tokens', ...Object.keys(controls)],
        ...Object.keys(values).map((test) => [
          test,
          show(values[test]),
          ...Object.values(controls).map((each) => show(each[test])),
        ]),
      ],
      claims: [
        toClaim('least p-value of all tests, corrected', figure, { atLeast }),
        toClaim('control: the same for formats with a part left out', weakest, { atMost: 1e-6 }),
      ],
      skipped: [],
    };
  },
};
