import { timingSafeEqual } from 'node:crypto';
import { createChance } from '../../src/core/base/chance.js';
import { Embedding, type SealedToken, UserSecret } from '../../src/core/concealed.js';
import { createBareTokens } from '../../src/extensions/measuring/accuracy/bare-token.js';
import { packBits, unpackBits } from '../../src/face/token/bits.js';
import { deriveTokenKeys, permutationOf, tagOf } from '../../src/face/token/derive.js';
import { parseToken } from '../../src/face/token/format.js';
import { createFv1 } from '../../src/face/token/fv1.js';
import { testShare } from '../../test/share.js';
import type { Size } from './attack.js';
import { solvePair } from './record-multiplicity.js';
import { binding, toSealingDeps } from './sealed-tokens.js';

/**
 * Tries PINs, as a thief with the sealing key, on two tokens that were made from the same photo and PIN. Only the right
 * PIN makes the tokens' difference a sum of code words.
 */
export async function searchPin(embedding: Float32Array, size: Size) {
  const chance = createChance('pin');
  const deps = toSealingDeps(chance, size);
  const fv1 = createFv1(deps);
  const pins = Array.from({ length: size === 'full' ? 100 : 5 }, (_, at) => String(271_828 + at));
  const right = pins[pins.length - 2];
  const seal = (scope: string) =>
    fv1.seal({
      embedding: new Embedding(Float32Array.from(embedding)),
      photos: 1,
      binding: { ...binding, scope },
      secret: new UserSecret(right),
      expiresAt: null,
      share: testShare,
    });
  const unmask = async (token: SealedToken, scope: string, pin: string) => {
    const fields = parseToken(token).fields;
    const context = { binding: { ...binding, scope }, header: fields, salt: fields.salt };
    const keys = await deriveTokenKeys(context, new UserSecret(pin), testShare, deps);
    const hidden = keys.mask.use((mask) => unpackBits(fields.stored.map((byte, at) => byte ^ mask[at])));
    return { fields, keys, hidden, order: permutationOf(keys.permutation) };
  };
  const [one, other] = [await seal('sign-in'), await seal('payments')];
  const tokens = createBareTokens(binding.accuracy, chance);
  const from = performance.now();
  let fitting = 0;
  let opened = false;
  for (const pin of pins) {
    const first = await unmask(one.token, 'sign-in', pin);
    const solved = solvePair(tokens, first, await unmask(other.token, 'payments', pin), 1);
    if (solved === null) continue;
    fitting += 1;
    for (const message of solved.first) {
      const { salt, stored, tag } = first.fields;
      const stretched = await deps.stretch('message', packBits(message), salt, testShare);
      if (timingSafeEqual(tagOf(first.keys, stretched, stored), tag)) opened = pin === right;
    }
  }
  return { pins: pins.length, fitting, opened, msEach: (performance.now() - from) / pins.length };
}
