import { createRequire } from 'node:module';
import { join } from 'node:path';
import { z } from 'zod';
import { normalise } from '../../../src/engine/embed.js';
import { createPipeline } from '../../../src/engine/pipeline.js';
import { FaceError } from '../../../src/errors.js';
import { loadParameters } from '../../../src/token/parameters.js';
import { modelsFolder, projectRoot } from '../../../test/paths.js';
import type { FaceLibrary } from './library.js';

const versionGuard = z.object({ version: z.string() });

/** The level whose threshold decides; the default of every adapter. */
export const level = 4;

/** What means that there is no face to compare, as opposed to a fault. */
const notAcquired = ['face_none', 'face_too_small'];

/** facestep's own engine on one thread: photo to embedding, and two compared as `POST /match` does. No token. */
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
        // Evaluation photos often show others beside the person; the product itself refuses a second face.
        const { embedding } = await pipeline.examine(photo, ['embedding'], 'central');
        if (embedding === null) return null;
        // As the product compares: the threshold is one of centred embeddings.
        const centred = centre(embedding);
        normalise(centred);
        return centred;
      } catch (error) {
        if (error instanceof FaceError && notAcquired.includes(error.code)) return null;
        throw error;
      }
    },

    compare(a, b) {
      const cosine = a.reduce((sum, value, at) => sum + value * b[at], 0);
      return { score: cosine, isMatch: cosine >= threshold };
    },
  };
}
