import { createSeededRandom, type SeededRandom } from '../../src/core/base/chance.js';
import type { Binding } from '../../src/core/ports.js';
import { Embedding, type SealedToken, type UserSecret } from '../../src/core/secrets.js';
import { createStretch, publishedCost } from '../../src/face/token/derive.js';
import { parseToken } from '../../src/face/token/format.js';
import { createFv1, type Fv1 } from '../../src/face/token/fv1.js';
import { testShare } from '../../support/data/share.js';
import { createKeysInMemory } from '../../support/fakes/keys.js';
import { parameters } from '../measure/accuracy/bare-token.js';
import type { Size } from './attack.js';

export const binding: Binding = { tenant: 'acme', idp: 'okta', subject: '00u1', scope: 'sign-in', accuracy: 4 };

/** Quick mode uses the cheapest Argon2id parameters, because the cost does not affect the results. */
export const toSealingDeps = (chance: SeededRandom, size: Size) => ({
  parameters,
  keys: createKeysInMemory(chance.bytes(32)),
  random: (count: number) => chance.bytes(count),
  stretch: createStretch(size === 'full' ? publishedCost : { memoryKiB: 8, passes: 1 }),
});

/** Creates real tokens with deterministic randomness, so that results are reproducible. */
export const createSealing = (name: string, size: Size) => createFv1(toSealingDeps(createSeededRandom(name), size));

export interface SecretFields {
  readonly salt: Uint8Array;
  readonly stored: Uint8Array;
  readonly tag: Uint8Array;
}

export async function sealToken(
  sealing: Fv1,
  embedding: Float32Array,
  { secret = null, ...changes }: Partial<Binding> & { readonly secret?: UserSecret | null } = {},
): Promise<SealedToken> {
  const { token } = await sealing.seal({
    embedding: new Embedding(Float32Array.from(embedding)),
    photos: 1,
    binding: { ...binding, ...changes },
    secret,
    expiresAt: null,
    share: testShare,
  });
  return token;
}

/** Seals one token at a time, so that the tokens always get the same random numbers. */
export async function sealFields(
  sealing: Fv1,
  embedding: Float32Array,
  changes?: Partial<Binding>,
): Promise<SecretFields> {
  const { salt, stored, tag } = parseToken(await sealToken(sealing, embedding, changes)).fields;
  return { salt, stored, tag };
}
