import type { SeededRandom } from '../../../src/core/base/chance.js';
import type { Accuracy } from '../../../src/core/ports.js';
import { Embedding, KeyMaterial } from '../../../src/core/secrets.js';
import { permutationOf } from '../../../src/face/token/derive.js';
import {
  accuracies,
  type EngineParameters,
  loadParameters,
  messageBitsOf,
} from '../../../src/face/token/parameters.js';
import {
  candidateCount,
  codeLength,
  createListDecoder,
  messagePositions,
  polarEncode,
  unpackBits,
} from '../../../src/face/token/polar.js';
import { signBits } from '../../../src/face/token/views.js';
import { areOfOnePerson, meanOf as meanOfEmbeddings } from '../../../src/face/verifier/embeddings.js';

export const parameters = await loadParameters();

export { accuracies };

/** False match rate that an accuracy level promises if at least `leastPhotos` photos are enrolled. */
export type LevelPromise = MeasuredEngine['promises'][number];

export type MeasuredEngine = ReturnType<typeof createMeasuredEngine>;

const toEmbeddings = (embeddings: readonly Float32Array[]): Embedding[] =>
  embeddings.map((values) => new Embedding(values));

export const meanOf = (embeddings: readonly Float32Array[]): Float32Array =>
  meanOfEmbeddings(toEmbeddings(embeddings)).use((values) => values);

export function createMeasuredEngine(engine: EngineParameters) {
  const { name, levels, listSize, leastClearness } = engine;
  return {
    name,
    listSize,
    promises: accuracies.flatMap((accuracy) => {
      const { greatestFalseMatchRate: falseMatchRate, leastPhotos } = levels[accuracy];
      return falseMatchRate === null ? [] : [{ accuracy, falseMatchRate, leastPhotos }];
    }),
    messageBitsOf: (accuracy: Accuracy, photos: number) => messageBitsOf(levels[accuracy], photos),
    leastPhotosOf: (accuracy: Accuracy) => levels[accuracy].leastPhotos,
    cosineOf: (accuracy: Accuracy) => levels[accuracy].cosine,
    isOnePerson: (embeddings: readonly Float32Array[], when: 'enrolled' | 'shown') =>
      areOfOnePerson(toEmbeddings(embeddings), engine, when),
    isClear: (magnitudes: readonly number[]) => Math.max(...magnitudes) >= leastClearness,
    viewsOf: (embeddings: readonly Float32Array[]) => engine.toViews(meanOf(embeddings)),
  };
}

export const shippedEngine = createMeasuredEngine(parameters.current);

export const { promises } = shippedEngine;

interface BareToken {
  readonly message: Uint8Array;
  readonly hidden: Uint8Array;
  readonly order: Uint16Array;
}

/** Creates and opens tokens without encryption, by the shipped error-correcting code, permutation and decoder. */
export function createBareTokens(bits: number, listSize: number) {
  const positions = messagePositions(bits);
  const decoder = createListDecoder(positions, listSize);
  const soft = new Float32Array(codeLength);
  const messages = new Uint8Array(bits * candidateCount);
  return {
    seal(views: Float32Array, chance: SeededRandom): BareToken {
      const message = unpackBits(chance.bytes(Math.ceil(bits / 8))).subarray(0, bits);
      const order = permutationOf(new KeyMaterial(chance.bytes(32)));
      const word = polarEncode(message, positions);
      return { message, order, hidden: signBits(views).map((bit, at) => bit ^ word[order[at]]) };
    },
    opens({ message, hidden, order }: BareToken, views: Float32Array): boolean {
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
