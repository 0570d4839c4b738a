import { Embedding, KeyMaterial } from '../../src/core/concealed.js';
import type { Accuracy } from '../../src/core/ports.js';
import { isWithin, qualityBounds } from '../../src/engine/quality-bounds.js';
import { unpackBits } from '../../src/token/bits.js';
import { permutationOf } from '../../src/token/derive.js';
import { currentEngine, engineNames } from '../../src/token/format.js';
import { candidateCount, createListDecoder } from '../../src/token/list-decoder.js';
import {
  accuracies,
  currentOf,
  loadParameters,
  messageBitsOf as messageBitsOfLevel,
} from '../../src/token/parameters.js';
import { codeLength, messagePositions, polarEncode } from '../../src/token/polar.js';
import { embeddingLength, signBits } from '../../src/token/views.js';
import { outliersOf } from '../../src/verifier/embeddings.js';
import type { Chance } from '../statistics/chance.js';

/*
 * The one place where evaluation learns what the engine's levels are and what its tokens are made of.
 */

/** The engine that is measured: the one new tokens are made by. */
export const engineName: string = engineNames[currentEngine];

/** What ships, of every engine. */
export const parameters = await loadParameters();

const { levels, listSize, toViews } = currentOf(parameters);

export { accuracies, toViews };

/** What a level demands of a token made from so many photos, as the product has it. */
export const messageBitsOf = (accuracy: Accuracy, photos: number): number =>
  messageBitsOfLevel(levels[accuracy], photos);

/** Fewer photos than this a level does not enrol. */
export const leastPhotosOf = (accuracy: Accuracy): number => levels[accuracy].leastPhotos;

/** A false match rate that a level promises, at the upper end of the 95 % interval, of tokens from so many photos on. */
export interface LevelPromise {
  readonly accuracy: Accuracy;
  readonly falseMatchRate: number;
  readonly leastPhotos: number;
}

/** All that is promised. */
export const promises: readonly LevelPromise[] = accuracies.flatMap((accuracy) => {
  const { greatestFalseMatchRate: falseMatchRate, leastPhotos } = levels[accuracy];
  return falseMatchRate === null ? [] : [{ accuracy, falseMatchRate, leastPhotos }];
});

/** For comparisons without a token: the cosine a level demands. */
export const cosineOf = (accuracy: Accuracy): number => levels[accuracy].cosine;

/** Whether the product takes the photos of one request for one person: at enrolment by its level. */
export const isOnePerson = (embeddings: readonly Float32Array[], accuracy: Accuracy): boolean =>
  embeddings.length === 1 ||
  outliersOf(
    embeddings.map((values) => new Embedding(values)),
    cosineOf(accuracy),
  ).length === 0;

/** Whether the product enrols photos that it sees so clearly: one of them must be clear. */
export const isClear = (magnitudes: readonly number[]): boolean =>
  isWithin(qualityBounds.magnitude, Math.max(...magnitudes));

/** How alike the photos of one check must be, whatever the level (`src/verifier/embedded.ts`). */
export const alikeToCheck: Accuracy = 1;

/**
 * The mean of some embeddings, brought back to length 1: what the product makes of several photos.
 * @param sum - where it goes: 512 zeros
 */
export function meanOf(
  embeddings: readonly Float32Array[],
  sum: Float32Array = new Float32Array(embeddingLength),
): Float32Array {
  let square = 0;
  for (const embedding of embeddings) for (let at = 0; at < sum.length; at += 1) sum[at] += embedding[at];
  for (let at = 0; at < sum.length; at += 1) square += sum[at] ** 2;
  const length = Math.sqrt(square);
  for (let at = 0; at < sum.length; at += 1) sum[at] /= length;
  return sum;
}

/** The views of the normalised mean of some embeddings. */
export const viewsOf = (embeddings: readonly Float32Array[]): Float32Array => toViews(meanOf(embeddings));

/** The bits of a face that a token hides, as the product has it: 1,024. */
export const enrolledBits = (views: Float32Array): Uint8Array => signBits(views);

/** A token after its mask is off: what its key shows. */
export interface BareToken {
  readonly message: Uint8Array;
  readonly hidden: Uint8Array;
  readonly order: Uint16Array;
}

/** The biometric half of the format, without keys: the same code, permutation and decoder that ship. */
export interface BareTokens {
  /** The positions of the polar code that carry the message, ascending. */
  readonly positions: Uint16Array;
  /** @param from - draws message and permutation; the chance these tokens were made with unless given */
  seal(views: Float32Array, from?: Chance): BareToken;
  /** The code word of a message, in order. */
  encode(message: Uint8Array): Uint8Array;
  /**
   * The messages the decoder finds, likeliest first.
   * @param soft - in the order of the code; positive is 0
   */
  decode(soft: Float32Array): Uint8Array[];
  /** Whether the token's message is among the candidates: then its tag would be found. */
  opens(token: BareToken, views: Float32Array): boolean;
}

/** Bare tokens of one level, each made from one photo unless told otherwise. */
export const createBareTokens = (accuracy: Accuracy, chance: Chance, photos = 1): BareTokens =>
  createBareTokensOf(messageBitsOf(accuracy, photos), chance);

/** Bare tokens whose message has so many bits. */
export function createBareTokensOf(bits: number, chance: Chance): BareTokens {
  const positions = messagePositions(bits);
  const decoder = createListDecoder(positions, listSize);
  const soft = new Float32Array(codeLength);
  const messages = new Uint8Array(bits * candidateCount);
  return {
    positions,
    encode: (message) => polarEncode(message, positions),
    decode(received) {
      decoder.decode(received, messages);
      return Array.from({ length: candidateCount }, (_, at) => messages.slice(at * bits, (at + 1) * bits));
    },
    seal(views, from = chance) {
      const message = unpackBits(from.bytes(Math.ceil(bits / 8))).subarray(0, bits);
      const order = permutationOf(new KeyMaterial(from.bytes(32)));
      const word = polarEncode(message, positions);
      return { message, order, hidden: enrolledBits(views).map((bit, at) => bit ^ word[order[at]]) };
    },
    opens({ message, hidden, order }, views) {
      for (let at = 0; at < codeLength; at += 1) soft[order[at]] = hidden[at] === 1 ? -views[at] : views[at];
      decoder.decode(soft, messages);
      for (let candidate = 0; candidate < candidateCount; candidate += 1) {
        let at = 0;
        while (at < bits && messages[candidate * bits + at] === message[at]) at += 1;
        if (at === bits) return true;
      }
      return false;
    },
  };
}
