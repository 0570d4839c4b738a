import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { createPipeline } from '../../../src/engine/pipeline.js';
import { face, hasFaces, people } from '../../../test/faces.js';
import { demoPhotosFolder, modelsFolder } from '../../../test/paths.js';
import { loadPictures } from '../../../test/pictures.js';
import { toHalf } from '../../corpus/split.js';
import { createChance } from '../../statistics/chance.js';
import type { Pair, PhotoPair } from './messages.js';
import { drawPairs } from './pairs.js';

/** What all libraries are given. Photos are encoded bytes. */
export interface PhotoSet {
  readonly source: string;
  readonly photos: readonly Uint8Array[];
  readonly genuine: readonly Pair[];
  readonly impostor: readonly Pair[];
}

/** The size the figures of the engine were measured at, and that of the evaluation photos. */
const sidePx = 250;

/** Two demonstration photos of one person: everybody has them, so everybody can repeat what is timed with them. */
export async function readTimedPair(): Promise<PhotoPair> {
  const { person } = await loadPictures();
  const [first, second] = await Promise.all(
    person.map((photo) => sharp(photo).resize(sidePx, sidePx, { fit: 'cover', position: 'top' }).jpeg().toBuffer()),
  );
  return [first, second];
}

/** Evaluation photos of people nothing was fitted on: the same draw in every run. */
function readEvaluationSet(most: number): PhotoSet {
  const judged = people().filter(({ person }) => toHalf(person) === 'judge');
  const { photos, genuine, impostor } = drawPairs(judged, most, createChance('bench peers'));
  return {
    source: 'evaluation faces, judging half',
    photos: photos.map(({ person, number }) => face(person, number)),
    genuine,
    impostor,
  };
}

/** Every face of the demonstration photos, with half its box around it: something to work on, and too few to judge by. */
async function readDemoSet(most: number): Promise<PhotoSet> {
  const pipeline = await createPipeline(modelsFolder);
  const photos: Uint8Array[] = [];
  for (const number of [1, 2, 3, 4, 5, 6]) {
    const bytes = await readFile(join(demoPhotosFolder, `sample${number}.jpg`));
    const { faces, widthPx, heightPx } = await pipeline.detect(bytes);
    for (const { box } of faces) {
      const left = Math.max(0, Math.round(box.x - box.width / 2));
      const top = Math.max(0, Math.round(box.y - box.height / 2));
      const width = Math.min(widthPx - left, Math.round(2 * box.width));
      const height = Math.min(heightPx - top, Math.round(2 * box.height));
      photos.push(await sharp(bytes).extract({ left, top, width, height }).jpeg({ quality: 95 }).toBuffer());
    }
  }
  await pipeline.close();
  const used = photos.slice(0, 2 * most);
  return {
    source: `${used.length} faces of the demonstration photos; accuracy was not measured, for want of evaluation faces`,
    photos: used,
    genuine: [],
    impostor: used.flatMap((_, a) => used.slice(a + 1).map((_, b): Pair => [a, a + 1 + b])),
  };
}

/** Evaluation photos where there are enough. @param most - people of whom two photos are taken, at most */
export async function readPhotoSet(most: number): Promise<PhotoSet> {
  const set = hasFaces ? readEvaluationSet(most) : null;
  return set !== null && set.impostor.length > 0 ? set : readDemoSet(most);
}
