import { Embedding } from '../../src/core/concealed.js';
import type { Binding } from '../../src/core/ports.js';
import { parseToken } from '../../src/token/format.js';
import { createFv1 } from '../../src/token/fv1.js';
import { createStretch, publishedCost, type StretchCost } from '../../src/token/stretch.js';
import { createKeysInMemory } from '../../test/keys.js';
import { testShare } from '../../test/share.js';
import { parameters } from '../accuracy/bare-token.js';
import { createChance } from '../statistics/chance.js';
import type { Size } from './size.js';

/** What the tokens of one attack are bound to, unless it says otherwise. */
export const binding: Binding = { tenant: 'acme', idp: 'okta', subject: '00u1', scope: 'sign-in', accuracy: 4 };

/** In the quick form the cheapest Argon2id there is: what is asked of these tokens does not hang on its cost. */
export const costOf = (size: Size): StretchCost => (size === 'full' ? publishedCost : { memoryKiB: 8, passes: 1 });

/** The real format on real keys, its chance the same in every run: then a figure that is bad is bad for everybody. */
export function createSealing(name: string, size: Size) {
  const chance = createChance(name);
  return createFv1({
    parameters,
    keys: createKeysInMemory(chance.bytes(32)),
    random: (count) => chance.bytes(count),
    stretch: createStretch(costOf(size)),
  });
}

/** The fields of a token that may not tell anything: salt, stored bits and tag, 160 bytes. */
export interface SecretFields {
  readonly salt: Uint8Array;
  readonly stored: Uint8Array;
  readonly tag: Uint8Array;
}

/** One token of a face, one after the other so that chance falls alike in every run. */
export async function sealFields(
  sealing: ReturnType<typeof createSealing>,
  embedding: Float32Array,
  changes: Partial<Binding> = {},
): Promise<SecretFields> {
  const { token } = await sealing.seal({
    embedding: new Embedding(Float32Array.from(embedding)),
    photos: 1,
    binding: { ...binding, ...changes },
    secret: null,
    expiresAt: null,
    share: testShare,
  });
  const { salt, stored, tag } = parseToken(token).fields;
  return { salt, stored, tag };
}
