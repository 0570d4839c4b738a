import { KeyMaterial } from '../src/core/concealed.js';
import type { Accuracy } from '../src/core/ports.js';
import { unpackBits } from '../src/token/bits.js';
import { permutationOf } from '../src/token/derive.js';
import { levels } from '../src/token/levels.js';
import { createListDecoder, listSize } from '../src/token/list-decoder.js';
import { codeLength, messagePositions, polarEncode } from '../src/token/polar.js';
import { signBits } from '../src/token/views.js';
import type { Chance } from './chance.js';

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
export function createBareTokens(accuracy: Accuracy, chance: Chance): BareTokens {
  const bits = levels[accuracy].messageBits;
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
