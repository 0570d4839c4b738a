import { createSeededRandom } from '../../src/core/base/chance.js';
import type { Accuracy } from '../../src/core/ports.js';
import { codeLength, unpackBits } from '../../src/face/token/polar.js';
import { type BareToken, type BareTokens, createBareTokens, viewsOf } from '../measure/accuracy/bare-token.js';
import { proportion, toJson } from '../measure/statistics/proportion.js';
import { type Attack, type Size, showShare, showWith, toClaim } from './attack.js';
import type { Faces, Person } from './faces.js';
import { distance, measureLinkability, xor } from './linkability.js';
import { createSealing, type SecretFields, sealFields } from './sealed-tokens.js';

const pairsOf = (size: Size): number => (size === 'full' ? 1500 : 60);

const withTwo = (people: readonly Person[]): (readonly Float32Array[])[] =>
  people.map(({ embeddings }) => embeddings.slice(0, 2)).filter(({ length }) => length === 2);

function createPartners(name: string, people: number) {
  const chance = createSeededRandom(name);
  return {
    same: (index: number): number => index,
    stranger: (index: number): number => (index + 1 + chance.below(people - 1)) % people,
  };
}

async function linkWithoutKeys({ judge }: Faces, size: Size) {
  const sealing = createSealing('linkage', size);
  const photos = withTwo(judge);
  const partners = createPartners('partners', photos.length);
  const toBits = ({ salt, stored, tag }: SecretFields): Uint8Array => unpackBits(Buffer.concat([salt, stored, tag]));
  const differences = async (otherOf: (index: number) => number): Promise<number[]> => {
    const scores: number[] = [];
    for (let pair = 0; pair < pairsOf(size); pair += 1) {
      const index = pair % photos.length;
      const one = await sealFields(sealing, photos[index][0], { scope: 'sign-in' });
      // Both tokens of one person are made from the identical photo, which is the worst case.
      const other = await sealFields(sealing, photos[otherOf(index)][0], { scope: 'payments' });
      scores.push(distance(toBits(one), toBits(other)));
    }
    return scores;
  };
  return measureLinkability(
    await differences(partners.same),
    await differences(partners.stranger),
    createSeededRandom('mix'),
  );
}

const distanceToCode = (tokens: BareTokens, word: Uint8Array): number =>
  Math.min(
    ...tokens
      .decode(Float32Array.from(word, (bit) => 1 - 2 * bit))
      .map((message) => distance(word, tokens.encode(message)) / codeLength),
  );

const linked = (mated: readonly number[], nonMated: readonly number[]) =>
  proportion(mated.filter((score) => score < Math.min(...nonMated)).length, mated.length);

/** Tests whether the difference of two tokens is near a code word. The attacker has the sealing keys of both tokens. */
function linkWithKeys({ judge }: Faces, accuracy: Accuracy, size: Size) {
  const tokens = createBareTokens(accuracy, createSeededRandom(`linkage ${accuracy}`));
  const photos = withTwo(judge).map((two) => two.map((embedding) => viewsOf([embedding])));
  const partners = createPartners(`partners ${accuracy}`, photos.length);
  const asStored = (one: BareToken, other: BareToken): Uint8Array => xor(one.hidden, other.hidden);
  /** Returns the difference of two tokens, with only the first token's permutation undone. */
  const inOrderOfOne = (one: BareToken, other: BareToken): Uint8Array => {
    const bits = new Uint8Array(codeLength);
    asStored(one, other).forEach((bit, at) => {
      bits[one.order[at]] = bit;
    });
    return bits;
  };
  const unpermuted = ({ hidden, message, order }: BareToken): Uint8Array => {
    const word = tokens.encode(message);
    return hidden.map((bit, at) => bit ^ word[order[at]] ^ word[at]);
  };
  type Read = (one: BareToken, other: BareToken) => Uint8Array;
  const scores = (otherOf: (index: number) => number, read: Read): number[] =>
    Array.from({ length: pairsOf(size) }, (_, pair) => {
      const index = pair % photos.length;
      const [one, other] = [photos[index][0], photos[otherOf(index)][1]].map((views) => tokens.seal(views));
      return distanceToCode(tokens, read(one, other));
    });
  const measure = (read: Read) => {
    const mated = scores(partners.same, read);
    const nonMated = scores(partners.stranger, read);
    return {
      ...measureLinkability(mated, nonMated, createSeededRandom(`mix ${accuracy}`)),
      linked: linked(mated, nonMated),
    };
  };
  return {
    asSealed: measure(asStored),
    oneUndone: measure(inOrderOfOne),
    withoutPermutation: measure((one, other) => xor(unpermuted(one), unpermuted(other))),
  };
}

export const linkage: Attack = {
  about: 'two tokens of one person, without keys and with both keys: are they linked?',
  async run({ size, loadFaces, say }) {
    const faces = await loadFaces();
    say('Linking tokens without keys…');
    const withoutKeys = await linkWithoutKeys(faces, size);
    const levels = ([4, 8] as const).map((accuracy) => {
      say(`Linking tokens with both keys at accuracy ${accuracy}…`);
      return { accuracy, ...linkWithKeys(faces, accuracy, size) };
    });
    const toFigures = ({ linked, ...rest }: (typeof levels)[number]['asSealed']) => ({
      ...rest,
      linked: toJson(linked),
    });
    return {
      figures: {
        withoutKeys: { ...withoutKeys },
        ...Object.fromEntries(
          levels.map(({ accuracy, asSealed, oneUndone, withoutPermutation }) => [
            `accuracy${accuracy}`,
            {
              asSealed: toFigures(asSealed),
              oneUndone: toFigures(oneUndone),
              withoutPermutation: toFigures(withoutPermutation),
            },
          ]),
        ),
      },
      table: [
        ['tokens', 'D_sys', 'chance: mean, maximum', 'pairs linked'],
        ...[
          { what: 'no keys, the same photo', ...withoutKeys, linked: null },
          ...levels.flatMap(({ accuracy, asSealed, oneUndone, withoutPermutation }) => [
            { what: `both keys, level ${accuracy}`, ...asSealed },
            { what: `both keys, level ${accuracy}, one permutation undone`, ...oneUndone },
            { what: `both keys, level ${accuracy}, without the permutation`, ...withoutPermutation },
          ]),
        ].map(({ what, dSys, interval, chance, linked }) => [
          what,
          showWith(dSys, interval),
          `${chance.mean}, ${chance.most}`,
          linked === null ? '' : showShare(linked),
        ]),
      ],
      claims: [
        toClaim(
          'same photo, two scopes, no keys: D_sys',
          withoutKeys.dSys,
          { atMost: withoutKeys.chance.most },
          withoutKeys.interval,
        ),
        ...levels.flatMap(({ accuracy, asSealed, oneUndone, withoutPermutation }) => [
          toClaim(
            `two photos, both keys, level ${accuracy}: D_sys`,
            asSealed.dSys,
            { atMost: asSealed.chance.most },
            asSealed.interval,
          ),
          toClaim(
            'the same, one permutation undone',
            oneUndone.dSys,
            { atMost: oneUndone.chance.most },
            oneUndone.interval,
          ),
          toClaim(
            'control: the same, without the permutation',
            withoutPermutation.dSys,
            { atLeast: 0.5 },
            withoutPermutation.interval,
          ),
        ]),
      ],
      skipped: faces.areReal ? [] : ['how often real faces would be linked: simulated ones have another spread'],
    };
  },
};
