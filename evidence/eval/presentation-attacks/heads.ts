import sharp from 'sharp';
import { createSeededRandom } from '../../../src/core/base/chance.js';
import { builtInJudge } from '../../../src/core/liveness-policy.js';
import type { Movement } from '../../../src/core/movements.js';
import { looksOfPage } from '../../../src/core/page-protocol.js';
import { FaceError } from '../../../src/errors.js';
import type { Engine } from '../../../src/face/engine/engine.js';
import {
  digestOfManifest,
  type JudgeSource,
  openJudges,
  readModelManifest,
} from '../../../src/face/engine/passive-model.js';
import type { Picture } from '../../../src/face/engine/picture.js';
import { createEnginePool, type EnginePool } from '../../../src/face/engine/pool.js';
import { face, people } from '../../../support/data/faces.js';
import { toPhoto } from '../../../support/data/pictures.js';
import { testShare } from '../../../support/data/share.js';
import { type Head, readHead } from '../../../support/face-video/index.js';
import { modelsFolder } from '../../../support/run/paths.js';
import { type Half, toHalf } from '../../measure/corpus/corpus.js';

/** Starts the engine for one evaluation. */
export async function withEngine<Figures>(
  measure: (engine: EnginePool) => Promise<Figures>,
  judges: readonly JudgeSource[] = [builtInJudge],
): Promise<Figures> {
  const engine = await createEnginePool({ modelsFolder, judges, queueLimit: 64 });
  try {
    return await measure(engine);
  } finally {
    await engine.close();
  }
}

/**
 * Opens judges of passive liveness that a command names.
 * @param names - `built-in`, or folders of models; empty for the built-in judge
 */
export async function openNamedJudges(names: readonly string[]): Promise<readonly JudgeSource[]> {
  if (names.length === 0) return [builtInJudge];
  const settings = await Promise.all(
    names.map(async (folder) =>
      folder === builtInJudge ? folder : { folder, manifest: digestOfManifest(await readModelManifest(folder)) },
    ),
  );
  return openJudges(settings);
}

/** Makes a picture of the size and compression of a look, as the capture page does. */
export function toLook(picture: Uint8Array, movement: Movement): Promise<Buffer> {
  const longestPx = looksOfPage.longestPx[movement === 'centre' ? 'ahead' : 'movement'];
  const size = { width: longestPx, height: longestPx, fit: 'inside', withoutEnlargement: true } as const;
  return sharp(picture).resize(size).jpeg({ quality: 80 }).toBuffer();
}

/** Yields the first photo of each person of one half, in random order. */
export function* drawPhotos(half: Half, draw: string): Generator<Buffer> {
  const names = people()
    .map(({ person }) => person)
    .filter((person) => toHalf(person) === half);
  const chance = createSeededRandom(draw);
  while (names.length > 0) for (const person of names.splice(chance.below(names.length), 1)) yield face(person, 1);
}

/**
 * Returns the engine's result, or `null` if the engine refused the picture because of the number or size of the faces
 * in it.
 */
export async function withoutRefusal<Seen>(look: () => Promise<Seen>): Promise<Seen | null> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof FaceError && /^face_(none|many|too_small)$/.test(error.code)) return null;
    throw error;
  }
}

/** Returns a picture's passive liveness score, 0 to 1; `null` unless it has exactly one face. */
export const scorePicture = (engine: Engine, picture: Uint8Array): Promise<number | null> =>
  withoutRefusal(async () => (await engine.examine(toPhoto(picture), ['liveness'], testShare)).liveness);

/** Faces turned further than this cannot be rendered as frontal. */
const greatestYawDeg = 15;

/** Reads heads from the first `count` roughly frontal photos. */
export async function readFrontalHeads(
  engine: Engine,
  photos: Iterable<Uint8Array>,
  count: number,
): Promise<readonly Head[]> {
  const heads: Head[] = [];
  for (const photo of photos) {
    if (heads.length === count) break;
    const seen = await withoutRefusal(() => engine.examine(toPhoto(photo), ['pose'], testShare));
    if (seen !== null && seen.pose !== null && Math.abs(seen.pose.yawDeg) <= greatestYawDeg)
      heads.push(await readHead(engine, photo));
  }
  return heads;
}

/** Returns true for black-and-white pictures. */
export function isGrey({ data }: Picture): boolean {
  let difference = 0;
  for (let at = 0; at < data.length; at += 3)
    difference += Math.max(data[at], data[at + 1], data[at + 2]) - Math.min(data[at], data[at + 1], data[at + 2]);
  return difference < 2 * (data.length / 3);
}
