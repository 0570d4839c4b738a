import { createSeededRandom } from '../../src/core/base/chance.js';
import type { Binding } from '../../src/core/ports.js';
import { Embedding } from '../../src/core/secrets.js';
import { createStretch, publishedCost } from '../../src/face/token/derive.js';
import { parseToken, type TokenFields } from '../../src/face/token/format.js';
import { createFv1 } from '../../src/face/token/fv1.js';
import { packBits, unpackBits } from '../../src/face/token/polar.js';
import { testShare } from '../../support/data/share.js';
import { createKeysInMemory } from '../../support/fakes/keys.js';
import { createBareTokens, enrolledBits, parameters, viewsOf } from '../measure/accuracy/bare-token.js';
import { type Attack, type Size, show, toClaim } from './attack.js';

type PValues = Readonly<Record<string, number>>;

type SecretFields = Pick<TokenFields, 'salt' | 'stored' | 'tag'>;

const binding: Binding = { tenant: 'acme', idp: 'okta', subject: '00u1', scope: 'sign-in', accuracy: 4 };

/**
 * Seals real tokens with deterministic randomness, one at a time, so that results are reproducible. Quick mode uses the
 * cheapest Argon2id parameters, because the cost does not affect the results.
 */
function createSealing(size: Size): (embedding: Float32Array) => Promise<SecretFields> {
  const chance = createSeededRandom('token alone');
  const fv1 = createFv1({
    parameters,
    keys: createKeysInMemory(chance.bytes(32)),
    random: (count: number) => chance.bytes(count),
    stretch: createStretch(size === 'full' ? publishedCost : { memoryKiB: 8, passes: 1 }),
  });
  return async (embedding) => {
    const sealed = new Embedding(Float32Array.from(embedding));
    const request = { embedding: sealed, photos: 1, binding, secret: null, expiresAt: null, share: testShare };
    return parseToken((await fv1.seal(request)).token).fields;
  };
}

const ones = (bits: Uint8Array): number => bits.reduce((sum, bit) => sum + bit, 0);

/**
 * Returns the probability that a normal value is as many standard deviations off, to either side.
 * @see https://www.cambridge.org/numericalrecipes (Press et al., section 6.2: erfc by a Chebyshev fit)
 */
function twoSided(deviations: number): number {
  const x = Math.abs(deviations) / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  const fit = [
    -1.265_512_23, 1.000_023_68, 0.374_091_96, 0.096_784_18, -0.186_288_06, 0.278_868_07, -1.135_203_98, 1.488_515_87,
    -0.822_152_23, 0.170_872_77,
  ].reduceRight((sum, coefficient) => sum * t + coefficient, 0);
  return t * Math.exp(fit - x * x);
}

/** Tests the largest bias of any bit position, with Bonferroni correction. */
function positionBias(tokens: readonly SecretFields[]): number {
  const all = tokens.map(({ salt, stored, tag }) => unpackBits(Buffer.concat([salt, stored, tag])));
  const counts = new Float64Array(all[0].length);
  for (const bits of all) for (let at = 0; at < bits.length; at += 1) counts[at] += bits[at];
  const greatest = counts.reduce((most, count) => Math.max(most, Math.abs(2 * count - all.length)), 0);
  return Math.min(1, counts.length * twoSided(greatest / Math.sqrt(all.length)));
}

/**
 * Tests the parity of the stored bits of one person's tokens. If the format had no mask, this parity would equal the
 * parity of the face's sign bits, because every code word has even parity.
 */
function parityOfOnes(tokens: readonly SecretFields[]): number {
  const odd = tokens.reduce((sum, { stored }) => sum + (ones(unpackBits(stored)) & 1), 0);
  return twoSided((2 * odd - tokens.length) / Math.sqrt(tokens.length));
}

/**
 * Runs all tests.
 * @param ofOne - tokens of one person's identical photo, the worst case
 * @param ofMany - tokens of different people
 */
const testBits = (ofOne: readonly SecretFields[], ofMany: readonly SecretFields[]): PValues => ({
  positionBiasOfOne: positionBias(ofOne),
  positionBiasOfMany: positionBias(ofMany),
  parityOfOnes: parityOfOnes(ofOne),
});

/** Combines p-values with Bonferroni's correction. */
const combined = (values: PValues): number =>
  Math.min(1, Object.keys(values).length * Math.min(...Object.values(values)));

/**
 * Tests whether the bits of tokens are biased for someone without keys. Tokens without a part of the format serve as
 * controls, which must fail.
 */
export const tokenAlone: Attack = {
  about: 'tokens and nothing else: are their bits biased?',
  async run({ size, loadFaces, say }) {
    const faces = await loadFaces();
    const half = size === 'full' ? 5000 : 256;
    const seal = createSealing(size);
    const [victim, ...others] = faces.people.map(([embedding]) => embedding);
    const ofOne: SecretFields[] = [];
    const ofMany: SecretFields[] = [];
    for (let at = 0; at < half; at += 1) {
      ofOne.push(await seal(victim));
      ofMany.push(await seal(others[at % others.length]));
      if ((at + 1) % 1000 === 0) say(`${2 * at + 2} of ${2 * half} tokens sealed`);
    }
    const values = testBits(ofOne, ofMany);

    const bare = createBareTokens(4, createSeededRandom('broken formats'));
    const without = (toStored: (views: Float32Array) => Uint8Array): PValues => {
      const change = (tokens: readonly SecretFields[], of: (at: number) => Float32Array): SecretFields[] =>
        tokens.map((token, at) => ({ ...token, stored: packBits(toStored(viewsOf([of(at)]))) }));
      return testBits(
        change(ofOne, () => victim),
        change(ofMany, (at) => others[at % others.length]),
      );
    };
    say('Testing what a part was left out of…');
    const controls = {
      withoutMask: without((views) => bare.seal(views).hidden),
      signBitsAlone: without(enrolledBits),
    };
    return {
      table: [
        ['test', 'tokens', ...Object.keys(controls)],
        ...Object.keys(values).map((test) => [
          test,
          show(values[test]),
          ...Object.values(controls).map((each) => show(each[test])),
        ]),
      ],
      claims: [
        // Random bytes fall below this bound with probability 1 in 1,000.
        toClaim('least p-value of all tests, corrected', combined(values), { atLeast: 0.001 }),
        toClaim(
          'control: the same for formats with a part left out',
          Math.max(...Object.values(controls).map(combined)),
          { atMost: 1e-6 },
        ),
      ],
      skipped: [],
    };
  },
};
