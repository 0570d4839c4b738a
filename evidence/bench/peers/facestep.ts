import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { z } from 'zod';
import { Photo } from '../../../src/core/concealed.js';
import type { Binding } from '../../../src/core/ports.js';
import { normalise } from '../../../src/engine/embed.js';
import { createPipeline } from '../../../src/engine/pipeline.js';
import { createEnginePool } from '../../../src/engine/pool.js';
import { FaceError } from '../../../src/errors.js';
import { loadParameters } from '../../../src/token/parameters.js';
import { createStretch, publishedCost } from '../../../src/token/stretch.js';
import { createEmbeddedVerifier } from '../../../src/verifier/embedded.js';
import { createKeysInMemory } from '../../../test/keys.js';
import { modelsFolder, projectRoot } from '../../../test/paths.js';
import { testShare } from '../../../test/share.js';
import { load, quantile, round } from '../measure.js';
import type { FaceLibrary } from './library.js';
import type { PhotoPair } from './library-handle.js';

const versionGuard = z.object({ version: z.string() });

export const level = 4;

/** Error codes for photos without a comparable face. */
const notAcquired = ['face_none', 'face_too_small'];

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, at) => sum + value * b[at], 0);

export async function createFacestep(): Promise<FaceLibrary> {
  const { version } = versionGuard.parse(createRequire(join(projectRoot, 'package.json'))('./package.json'));
  const pipeline = await createPipeline(modelsFolder);
  const { levels, centre } = (await loadParameters()).current;
  const threshold = levels[level].cosine;
  return {
    version,
    backend: `${pipeline.runtime.name}, one thread`,
    settings: 'detector, 68 landmarks, embedding; no token',
    threshold: `cosine of at least ${threshold}, level ${level}`,

    async embed(photo) {
      try {
        // Evaluation photos often show several people, and the product would refuse such photos.
        const { embedding } = await pipeline.examine(photo, ['embedding'], 'central');
        if (embedding === null) return null;
        // The product's threshold applies to centered embeddings.
        const centred = centre(embedding);
        normalise(centred);
        return centred;
      } catch (error) {
        if (error instanceof FaceError && notAcquired.includes(error.code)) return null;
        throw error;
      }
    },

    compare(a, b) {
      const cosine = dot(a, b);
      return { score: cosine, isMatch: cosine >= threshold };
    },
  };
}

const binding: Binding = { tenant: 'bench', idp: 'api', subject: '', scope: 'bench', accuracy: level };

export const toSpread = (times: readonly number[]) => ({
  p50: round(quantile(times)),
  p95: round(quantile(times, 0.95)),
});

export async function measureFacestepFurther([enrolled, live]: PhotoPair, pairs: readonly PhotoPair[], runs: number) {
  const engine = await createEnginePool({ modelsFolder, queueLimit: 2 * pairs.length });
  // Each photo is copied, because the pool overwrites it.
  const toPhoto = (bytes: Uint8Array): Photo => new Photo(Uint8Array.from(bytes));
  const embed = async (bytes: Uint8Array) => (await engine.examineCentral(toPhoto(bytes), ['embedding'])).embedding;
  await Promise.all(pairs.slice(0, 4).flat().map(embed));
  const waiting = [...pairs];
  const { perSecond } = await load(pairs.length, pairs.length, async () => {
    const [a, b] = await Promise.all((waiting.pop() ?? []).map(embed));
    a?.use((one) => b?.use((other) => dot(one, other)));
  });

  const verifier = createEmbeddedVerifier({
    ...{ engine, parameters: await loadParameters(), keys: createKeysInMemory(randomBytes(32)) },
    ...{ random: (bytes) => randomBytes(bytes), stretch: createStretch(publishedCost) },
  });
  const shared = { binding, secret: null, share: testShare };
  const [enrolTimes, verifyTimes]: [number[], number[]] = [[], []];
  for (let run = 0; run < runs; run += 1) {
    const start = performance.now();
    const { token } = await verifier.enrol({ photos: [toPhoto(enrolled)], expiresAt: null, ...shared });
    const sealed = performance.now();
    const options = { requireLiveness: false, allowRenewal: false, ...shared };
    const { matched } = await verifier.verify({ photos: [toPhoto(live)], token, ...options });
    verifyTimes.push(performance.now() - sealed);
    enrolTimes.push(sealed - start);
    if (!matched) throw new Error('the timed pair did not match');
  }
  await verifier.close();
  return {
    hundredPairsPoolMs: Math.round(100_000 / perSecond),
    token: { enrolMs: toSpread(enrolTimes), verifyMs: toSpread(verifyTimes) },
  };
}
