import { randomBytes } from 'node:crypto';
import { hashRaw } from '@node-rs/argon2';
import { createPipeline } from '../../src/face/engine/pipeline.js';
import { publishedCost } from '../../src/face/token/stretch.js';

export async function createFloor(modelsFolder: string) {
  const pipeline = await createPipeline(modelsFolder);
  const { stages } = pipeline;
  const salt = randomBytes(16);
  const message = randomBytes(10);
  const options = { salt, outputLen: 32, memoryCost: publishedCost.memoryKiB, timeCost: publishedCost.passes };
  return {
    /** Decodes, detects, aligns and embeds a face, then runs Argon2id once. */
    async verifyOnce(photo: Uint8Array): Promise<void> {
      const header = await stages.readHeader(photo);
      const picture = await stages.decode(photo, header, 1, null);
      const [face] = await stages.detect(picture, 'sure');
      if (face === undefined) throw new Error('the photo of the benchmark shows no face');
      const landmarks = await stages.findLandmarks(picture, face.box);
      await stages.embed(picture, stages.align(landmarks));
      await hashRaw(message, { ...options, parallelism: 1 });
    },
    close: () => pipeline.close(),
  };
}
