import sharp, { type Sharp } from 'sharp';
import { loadPictures } from '../../examples/demo/pictures.js';
import { createChance } from '../../src/core/base/chance.js';
import { createBareTokens, enrolledBits, viewsOf } from '../../src/extensions/measuring/accuracy/bare-token.js';
import { createEnginePool } from '../../src/face/engine/pool.js';
import { codeLength } from '../../src/face/token/polar.js';
import { modelsFolder } from '../../test/paths.js';
import { toPhoto } from '../../test/pictures.js';
import { testShare } from '../../test/share.js';
import type { Size } from './attack.js';
import { solvePair } from './record-multiplicity.js';
import { binding } from './sealed-tokens.js';

const changes: Readonly<Record<string, (photo: Sharp) => Sharp>> = {
  recompressed: (photo) => photo.jpeg({ quality: 50 }),
  brighter: (photo) => photo.modulate({ brightness: 1.15 }).jpeg(),
  turned: (photo) => photo.rotate(3).jpeg(),
  smaller: (photo) => photo.resize({ width: 200 }).jpeg(),
};

export interface NearPhotos {
  readonly change: string;
  readonly differing: number;
  /** Number of tries until both tokens opened; `null` if they did not. */
  readonly tries: number | null;
}

export async function solveNearPhotos(size: Size): Promise<NearPhotos[]> {
  const { person, stranger } = await loadPictures();
  const photos = size === 'full' ? [...person, stranger] : [stranger];
  const chosen = Object.entries(changes).slice(0, size === 'full' ? undefined : 2);
  const tokens = createBareTokens(binding.accuracy, createChance('near photos'));
  const engine = await createEnginePool({ modelsFolder, queueLimit: 8, workers: 1 });
  try {
    const viewsOfPhoto = async (bytes: Uint8Array): Promise<Float32Array> => {
      const { embedding } = await engine.examine(toPhoto(bytes), ['embedding'], testShare);
      if (embedding === null) throw new Error('the engine left out the embedding');
      return embedding.use((values) => viewsOf([values]));
    };
    const solved: NearPhotos[] = [];
    for (const photo of photos) {
      const views = await viewsOfPhoto(photo);
      for (const [change, apply] of chosen) {
        const changed = await viewsOfPhoto(await apply(sharp(photo)).toBuffer());
        const bits = enrolledBits(changed);
        const differing = enrolledBits(views).reduce((sum, bit, at) => sum + (bit ^ bits[at]), 0) / codeLength;
        const token = tokens.seal(views);
        const found = solvePair(tokens, token, tokens.seal(changed), 100_000);
        const isRight = found?.first.some((message) => message.every((bit, at) => bit === token.message[at])) ?? false;
        solved.push({
          change,
          differing: Math.round(differing * 1000) / 1000,
          tries: found !== null && isRight ? found.tries : null,
        });
      }
    }
    return solved;
  } finally {
    await engine.close();
  }
}
