import { KeyMaterial } from '../src/core/concealed.js';
import type { Accuracy } from '../src/core/ports.js';
import { unpackBits } from '../src/token/bits.js';
import { permutationOf } from '../src/token/derive.js';
import { levels } from '../src/token/levels.js';
import { createListDecoder, listSize } from '../src/token/list-decoder.js';
import { meanEmbedding } from '../src/token/mean.js';
import { codeLength, messagePositions, polarEncode } from '../src/token/polar.js';
import { createViews, embeddingLength, signBits } from '../src/token/views.js';
import type { Chance } from './chance.js';

/*
 * The one place where evaluation learns what the engine's levels are and what its tokens are made of.
 */

/** What a level demands, as the product has it. */
export const messageBitsOf = (accuracy: Accuracy): number => levels[accuracy].messageBits;

/** The cosine that several photos of one request have to reach with one another, as the product has it. */
export const cosineOf = (accuracy: Accuracy): number => levels[accuracy].cosine;

/** The mean of some embeddings, brought back to length 1: what the product makes of several photos. */
export function meanOf(embeddings: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(embeddingLength);
  for (const embedding of embeddings) for (let at = 0; at < sum.length; at += 1) sum[at] += embedding[at];
  const length = Math.hypot(...sum);
  return sum.map((value) => value / length);
}

const toViews = createViews(meanEmbedding);

/** The views of the normalised mean of some embeddings. */
export const viewsOf = (embeddings: readonly Float32Array[]): Float32Array => toViews(meanOf(embeddings));

/** A token after its mask is off: what its key shows. */
export interface BareToken {
  readonly message: Uint8Array;
  readonly hidden: Uint8Array;
  readonly order: Uint16Array;
}

/** The biometric half of the format, without keys: the same code, permutation and decoder that ship. */
export interface BareTokens {
  seal(views: Float32Array): BareToken;
  /** Whether the token's message is among the candidates: then its tag would be found. */
  opens(token: BareToken, views: Float32Array): boolean;
}

/** Bare tokens of one level. */
export const createBareTokens = (accuracy: Accuracy, chance: Chance): BareTokens =>
  createBareTokensOf(messageBitsOf(accuracy), chance);

/** Bare tokens whose message has so many bits, a multiple of 8. */
export function createBareTokensOf(bits: number, chance: Chance): BareTokens {
  const positions = messagePositions(bits);
  const decoder = createListDecoder(positions);
  const soft = new Float32Array(codeLength);
  const messages = new Uint8Array(bits * listSize);
  return {
    seal(views) {
      const message = unpackBits(chance.bytes(bits / 8));
      const order = permutationOf(new KeyMaterial(chance.bytes(32)));
      const word = polarEncode(message, positions);
      return { message, order, hidden: signBits(views).map((bit, at) => bit ^ word[order[at]]) };
    },
    opens({ message, hidden, order }, views) {
      for (let at = 0; at < codeLength; at += 1) soft[order[at]] = hidden[at] === 1 ? -views[at] : views[at];
      decoder.decode(soft, messages);
      for (let candidate = 0; candidate < listSize; candidate += 1) {
        let at = 0;
        while (at < bits && messages[candidate * bits + at] === message[at]) at += 1;
        if (at === bits) return true;
      }
      return false;
    },
  };
}
