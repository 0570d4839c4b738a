import { createSeededRandom } from '../../src/core/base/chance.js';
import type { Accuracy } from '../../src/core/ports.js';
import { codeLength, unpackBits } from '../../src/face/token/polar.js';
import { type BareToken, type BareTokens, createBareTokens, viewsOf } from '../measure/accuracy/bare-token.js';
import { type Attack, type Size, showWith, toClaim } from './attack.js';
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

/** Tests whether the difference of two tokens is near a code word. The attacker has the sealing keys of both tokens. */
function linkWithKeys({ judge }: Faces, accuracy: Accuracy, size: Size) {
  const tokens = createBareTokens(accuracy, createSeededRandom(`linkage ${accuracy}`));
  const photos = withTwo(judge).map((two) => two.map((embedding) => viewsOf([embedding])));
  const partners = createPartners(`partners ${accuracy}`, photos.length);
  const unpermuted = ({ hidden, message, order }: BareToken): Uint8Array => {
    const word = tokens.encode(message);
    return hidden.map((bit, at) => bit ^ word[order[at]] ^ word[at]);
  };
  const scores = (otherOf: (index: number) => number, read: (token: BareToken) => Uint8Array): number[] =>
    Array.from({ length: pairsOf(size) }, (_, pair) => {
      const index = pair % photos.length;
      const [one, other] = [photos[index][0], photos[otherOf(index)][1]].map((views) => read(tokens.seal(views)));
      return distanceToCode(tokens, xor(one, other));
    });
  const measure = (read: (token: BareToken) => Uint8Array) =>
    measureLinkability(
      scores(partners.same, read),
      scores(partners.stranger, read),
      createSeededRandom(`mix ${accuracy}`),
    );
  return { asSealed: measure(({ hidden }) => hidden), withoutPermutation: measure(unpermuted) };
}

export const linkage: Attack = {
  about: 'two tokens of one person, without keys and with both keys: are they linked?',
  async run({ size, loadFaces, say }) {
    const faces = await loadFaces();
    say('Linking tokens without keys…');
    const attacks = [{ what: 'no keys, the same photo', isControl: false, ...(await linkWithoutKeys(faces, size)) }];
    for (const accuracy of [4, 8] as const) {
      say(`Linking tokens with both keys at accuracy ${accuracy}…`);
      const { asSealed, withoutPermutation } = linkWithKeys(faces, accuracy, size);
      const what = `both keys, level ${accuracy}`;
      attacks.push({ what, isControl: false, ...asSealed });
      attacks.push({ what: `${what}, without the permutation`, isControl: true, ...withoutPermutation });
    }
    return {
      table: [
        ['tokens', 'D_sys', 'chance: mean, maximum'],
        ...attacks.map(({ what, dSys, interval, chance }) => [
          what,
          showWith(dSys, interval),
          `${chance.mean}, ${chance.most}`,
        ]),
      ],
      claims: attacks.map(({ what, isControl, dSys, interval, chance }) =>
        isControl
          ? toClaim(`control: ${what}: D_sys`, dSys, { atLeast: 0.5 }, interval)
          : toClaim(`${what}: D_sys`, dSys, { atMost: chance.most }, interval),
      ),
      skipped: faces.areReal ? [] : ['how often real faces would be linked: simulated ones have another spread'],
    };
  },
};
