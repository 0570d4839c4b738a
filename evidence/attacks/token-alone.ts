import { createChance } from '../../src/core/base/chance.js';
import { createBareTokens, enrolledBits, viewsOf } from '../../src/extensions/measuring/accuracy/bare-token.js';
import { packBits } from '../../src/face/token/bits.js';
import { type Attack, toClaim, toDigits } from './attack.js';
import { combined, type PValues, testRandomness } from './randomness.js';
import { show } from './report.js';
import { createSealing, type SecretFields, sealFields } from './sealed-tokens.js';

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

    const chance = createChance('broken formats');
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
