import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parameters } from '../../../support/data/parameters.js';
import { testShare } from '../../../support/data/share.js';
import { createKeysInMemory } from '../../../support/fakes/keys.js';
import { projectRoot } from '../../../support/run/paths.js';
import type { Binding } from '../../core/ports.js';
import { Embedding, type KeyMaterial, SealedToken, UserSecret } from '../../core/secrets.js';
import { epochSec } from '../../core/units.js';
import { createStretch, deriveTokenKeys, encodeContext, permutationOf, publishedCost } from './derive.js';
import { currentEngine, parseToken } from './format.js';
import { createFv1 } from './fv1.js';
import { messageBitsOf } from './parameters.js';
import { messagePositions, packBits, polarEncode, unpackBits } from './polar.js';
import { signBits } from './views.js';

interface Vector {
  readonly name: string;
  readonly inputs: {
    readonly engine: 1 | 2 | 3;
    readonly embeddingMultiplier: number;
    readonly binding: Binding;
    readonly secret: string | null;
    readonly expiresAt: number | null;
    readonly photos: number;
    readonly keyVersion: number;
    readonly key: string;
    readonly salt: string;
    readonly message: string;
  };
  readonly outputs: { readonly [name: string]: string | number[] | null };
}

const page = readFileSync(join(projectRoot, 'docs/token-format.md'), 'utf8');
const vectors = JSON.parse(readFileSync(join(projectRoot, 'docs/token-format/vectors.json'), 'utf8')) as Vector[];

const stretch = createStretch(publishedCost);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const hexOf = (key: { use<R>(read: (bytes: Uint8Array) => R): R }): string => key.use(hex);
const fromHex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

function toEmbedding(multiplier: number): Float32Array {
  const values = Array.from({ length: 512 }, (_, i) => ((multiplier * (i + 1) ** 2) % 1009) - 504);
  const length = Math.hypot(...values);
  return Float32Array.from(values, (value) => value / length);
}

test('the published page and the code have the same levels', () => {
  const levels = Object.values(parameters.current.levels);
  const row = (name: string) => new RegExp(`^\\| ${name} +\\| (.*) \\|$`, 'm').exec(page)![1]!.split('|').map(Number);
  expect(row('K, one photo')).toEqual(levels.map(({ messageBits }) => messageBits.one));
  expect(row('K, several photos')).toEqual(levels.map(({ messageBits }) => messageBits.several));
});

describe.each(vectors)('the test vector $name', ({ inputs, outputs }) => {
  const { binding } = inputs;
  const embedding = toEmbedding(inputs.embeddingMultiplier);
  const expiresAt = inputs.expiresAt === null ? null : epochSec(inputs.expiresAt);
  const secret = inputs.secret === null ? null : new UserSecret(inputs.secret);
  const older = Array.from({ length: inputs.keyVersion - 1 }, () => null);
  const keys = createKeysInMemory(...older, fromHex(inputs.key));

  test('each intermediate value equals the published one', async () => {
    const salt = fromHex(inputs.salt);
    const header = {
      engine: inputs.engine,
      hasSecret: secret !== null,
      photos: inputs.photos,
      keyVersion: inputs.keyVersion,
      expiresAt,
    } as const;
    const context = { binding, header, salt };
    const { levels, toViews } = parameters.engines.get(inputs.engine)!;
    const positions = messagePositions(messageBitsOf(levels[binding.accuracy], inputs.photos));
    const derived = await deriveTokenKeys(context, secret, testShare, { keys, stretch });
    const stretched = (purpose: 'message' | 'secret', value: Uint8Array): Promise<KeyMaterial> =>
      stretch(purpose, value, salt, testShare);
    const digest = createHash('sha256').update(encodeContext(context)).digest();
    expect({
      signBits: hex(packBits(signBits(toViews(embedding)))),
      codeWord: hex(packBits(polarEncode(unpackBits(fromHex(inputs.message)), positions))),
      context: hex(encodeContext(context)),
      mac: hexOf(await keys.mac(inputs.keyVersion, digest)),
      stretchedSecret:
        inputs.secret === null ? null : hexOf(await stretched('secret', Buffer.from(inputs.secret.normalize('NFKC')))),
      mask: hexOf(derived.mask),
      permutationKey: hexOf(derived.permutation),
      permutationStart: [...permutationOf(derived.permutation).subarray(0, 8)],
      tagKey: hexOf(derived.tag),
      contentSeed: hexOf(derived.content),
      stretchedMessage: hexOf(await stretched('message', fromHex(inputs.message))),
      token: expect.any(String),
      tokenId: expect.any(String),
      contentKey: expect.any(String),
    }).toEqual(outputs);
  });

  const isCurrent = inputs.engine === currentEngine;

  test('the token, its id and its content key equal the published values', async () => {
    const draws = [inputs.salt, inputs.message].map(fromHex);
    const random = (bytes: number): Uint8Array => {
      const draw = draws.shift();
      expect(draw).toHaveLength(bytes);
      return draw!;
    };
    const fv1 = createFv1({ parameters, keys, random, stretch });
    const { photos } = inputs;
    const token = new SealedToken(String(outputs.token));
    if (isCurrent) {
      const sealed = await fv1.seal({
        embedding: new Embedding(embedding.slice()),
        photos,
        binding,
        secret,
        expiresAt,
        share: testShare,
      });
      expect(sealed.token.use((text) => text)).toBe(outputs.token);
      expect(sealed.tokenId).toBe(outputs.tokenId);
    }
    expect(parseToken(token).tokenId).toBe(outputs.tokenId);
    expect(parseToken(token).fields).toMatchObject({
      engine: inputs.engine,
      photos,
      expiresAt,
      keyVersion: inputs.keyVersion,
    });

    const taken: string[] = [];
    const takeContentKey = (key: Uint8Array) => void taken.push(hex(key));
    const unlocked = await fv1.unlock({ token, binding, secret, takeContentKey, share: testShare });
    const opened = await unlocked.open(new Embedding(embedding));
    expect(taken).toEqual([outputs.contentKey]);
    expect(opened!.stale).toBe(!isCurrent);
  });
});
