import { Embedding, KeyMaterial } from '../../src/core/concealed.js';
import type { Accuracy } from '../../src/core/ports.js';
import { unpackBits } from '../../src/token/bits.js';
import { permutationOf } from '../../src/token/derive.js';
import { candidateCount, createListDecoder } from '../../src/token/list-decoder.js';
import {
  accuracies,
  type EngineParameters,
  loadParameters,
  messageBitsOf as messageBitsOfLevel,
} from '../../src/token/parameters.js';
import { codeLength, messagePositions, polarEncode } from '../../src/token/polar.js';
import { signBits } from '../../src/token/views.js';
import { areOfOnePerson, meanOf as meanOfEmbeddings } from '../../src/verifier/embeddings.js';
import type { Chance } from '../statistics/chance.js';

/*
 * The one place where evaluation learns what the engine's levels are and what its tokens are made of.
 */

/** What ships, of every engine. */
export const parameters = await loadParameters();

export { accuracies };

/** A false match rate that a level promises, at the upper end of the 95 % interval, of tokens from so many photos on. */
export interface LevelPromise {
  readonly accuracy: Accuracy;
  readonly falseMatchRate: number;
  readonly leastPhotos: number;
}

/** What the product does with the photos of one request, by the parameters of one engine. */
export interface MeasuredEngine {
  readonly name: string;
  readonly listSize: number;
  /** All that is promised. */
  readonly promises: readonly LevelPromise[];
  /** What a level demands of a token made from so many photos. */
  messageBitsOf(accuracy: Accuracy, photos: number): number;
  /** Fewer photos than this a level does not enrol. */
  leastPhotosOf(accuracy: Accuracy): number;
  /** For comparisons without a token: the cosine a level demands. */
  cosineOf(accuracy: Accuracy): number;
  /** Whether the photos are taken for those of one person. */
  isOnePerson(embeddings: readonly Float32Array[], when: 'enrolled' | 'shown'): boolean;
  /** Whether photos that are seen so clearly are enrolled: one of them must be clear. */
  isClear(magnitudes: readonly number[]): boolean;
  /** The views of some photos taken together: what a token is made from, and opened with. */
  viewsOf(embeddings: readonly Float32Array[]): Float32Array;
}

const toEmbeddings = (embeddings: readonly Float32Array[]): Embedding[] =>
  embeddings.map((values) => new Embedding(values));

/** The mean of some embeddings, brought back to length 1: what the product makes of several photos. */
export const meanOf = (embeddings: readonly Float32Array[]): Float32Array =>
  meanOfEmbeddings(toEmbeddings(embeddings)).use((values) => values);

/** An engine by its parameters. */
export function createMeasuredEngine(engine: EngineParameters): MeasuredEngine {
  const { name, levels, listSize, leastClearness } = engine;
  return {
    name,
    listSize,
    promises: accuracies.flatMap((accuracy) => {
      const { greatestFalseMatchRate: falseMatchRate, leastPhotos } = levels[accuracy];
      return falseMatchRate === null ? [] : [{ accuracy, falseMatchRate, leastPhotos }];
    }),
    messageBitsOf: (accuracy, photos) => messageBitsOfLevel(levels[accuracy], photos),
    leastPhotosOf: (accuracy) => levels[accuracy].leastPhotos,
    cosineOf: (accuracy) => levels[accuracy].cosine,
    isOnePerson: (embeddings, when) => areOfOnePerson(toEmbeddings(embeddings), engine, when),
    isClear: (magnitudes) => Math.max(...magnitudes) >= leastClearness,
    viewsOf: (embeddings) => engine.toViews(meanOf(embeddings)),
  };
}

/** The engine that ships. */
export const shipped: MeasuredEngine = createMeasuredEngine(parameters.current);

export const { messageBitsOf, promises, viewsOf } = shipped;

export const { toViews } = parameters.current;

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
export function createBareTokensOf(bits: number, chance: Chance, listSize = shipped.listSize): BareTokens {
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
