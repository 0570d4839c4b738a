import sharp from 'sharp';
import { loadPictures } from '../../../examples/demo/pictures.js';
import { face, hasFaces, people } from '../../../test/faces.js';
import { toHalf } from '../../corpus/split.js';
import { type Chance, createChance } from '../../statistics/chance.js';
import type { Pair, PhotoPair } from './library-handle.js';

export interface PairDraw<Photo> {
  /** Person `n` has the photos `2n` and `2n + 1`. */
  readonly photos: readonly Photo[];
  readonly genuine: readonly Pair[];
  readonly impostor: readonly Pair[];
}

export function drawPairs(
  people: readonly { readonly person: string; readonly photos: number }[],
  most: number,
  chance: Chance,
): PairDraw<{ readonly person: string; readonly number: number }> {
  const left = people.filter(({ photos }) => photos > 1);
  const photos = [];
  while (left.length > 0 && photos.length < 2 * most) {
    const [{ person, photos: count }] = left.splice(chance.below(left.length), 1);
    const first = 1 + chance.below(count);
    const other = 1 + chance.below(count - 1);
    photos.push({ person, number: first }, { person, number: other < first ? other : other + 1 });
  }
  const drawn = Array.from({ length: photos.length / 2 }, (_, at) => at);
  return {
    photos,
    genuine: drawn.map((at) => [2 * at, 2 * at + 1]),
    impostor: drawn.flatMap((a) => drawn.slice(a + 1).map((b): Pair => [2 * a, 2 * b])),
  };
}

const sidePx = 250;

export async function readTimedPair(): Promise<PhotoPair> {
  const { person } = await loadPictures();
  const [first, second] = await Promise.all(
    person.map((photo) => sharp(photo).resize(sidePx, sidePx, { fit: 'cover', position: 'top' }).jpeg().toBuffer()),
  );
  return [first, second];
}

/**
 * Reads evaluation photos of people that nothing was fitted on.
 * @returns `null` if there are no photos
 */
export function readEvaluationPhotos(most: number): PairDraw<Uint8Array> | null {
  if (!hasFaces) return null;
  const judged = people().filter(({ person }) => toHalf(person) === 'judge');
  const { photos, ...pairs } = drawPairs(judged, most, createChance('bench peers'));
  if (pairs.impostor.length === 0) return null;
  return { photos: photos.map(({ person, number }) => face(person, number)), ...pairs };
}
