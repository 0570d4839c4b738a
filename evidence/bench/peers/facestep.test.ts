import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { loadPictures } from '../../../examples/demo/pictures.js';
import { createEnginePool } from '../../../src/engine/pool.js';
import { createStretch, publishedCost } from '../../../src/token/stretch.js';
import { createEmbeddedVerifier } from '../../../src/verifier/embedded.js';
import { createKeysInMemory } from '../../../test/keys.js';
import { parameters } from '../../../test/parameters.js';
import { modelsFolder } from '../../../test/paths.js';
import { toPhoto } from '../../../test/pictures.js';
import { testShare } from '../../../test/share.js';
import { createFacestep, level } from './facestep.js';
import type { Template } from './library.js';

test('what is compared beside the peers is what the product compares', async () => {
  const { person, stranger } = await loadPictures();
  const engine = await createEnginePool({ modelsFolder, queueLimit: 4, workers: 1 });
  const random = (bytes: number): Uint8Array => randomBytes(bytes);
  const verifier = createEmbeddedVerifier({
    engine,
    parameters,
    keys: createKeysInMemory(randomBytes(32)),
    random,
    stretch: createStretch(publishedCost),
  });
  const facestep = await createFacestep();
  const templates: (Template | null)[] = [];
  for (const photo of [person[0], person[1], stranger]) templates.push(await facestep.embed(photo, 'central'));
  const [probe, ...references] = templates;
  const matches = await verifier.match(toPhoto(person[0]), [toPhoto(person[1]), toPhoto(stranger)], level, testShare);
  await verifier.close();
  for (const [at, reference] of references.entries()) {
    const { score, isMatch } = facestep.compare(probe!, reference!);
    // The product's is rounded to two decimals.
    expect(Math.abs(score - matches[at]!.score!)).toBeLessThan(0.0051);
    expect(isMatch).toBe(matches[at]!.match);
  }
});
