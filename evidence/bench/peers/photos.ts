import sharp from 'sharp';
import { face, hasFaces, people } from '../../../test/faces.js';
import { loadPictures } from '../../../test/pictures.js';
import { toHalf } from '../../corpus/split.js';
import { type Chance, createChance } from '../../statistics/chance.js';
import type { Pair, PhotoPair } from './library-handle.js';

/** Photos, and which of them are compared. */
export interface PairDraw<Photo> {
  /** Two of each person, one after the other: those of person `n` are at `2n` and `2n + 1`. */
  readonly photos: readonly Photo[];
  /** One pair of each person, so that no pair depends on another. */
  readonly genuine: readonly Pair[];
  /** Each two people once, by the first photo of each. */
  readonly impostor: readonly Pair[];
}

/**
 * Draws people that have two photos or more, two photos of each, and all that can be compared.
 * @param most - people drawn at most; fewer if there are not so many
 */
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

/** The size the figures of the engine were measured at, and that of the evaluation photos. */
const sidePx = 250;

/** Reads two demonstration photos of one person: everybody has them, so everybody can repeat what is timed with them. */
export async function readTimedPair(): Promise<PhotoPair> {
  const { person } = await loadPictures();
  const [first, second] = await Promise.all(
    person.map((photo) => sharp(photo).resize(sidePx, sidePx, { fit: 'cover', position: 'top' }).jpeg().toBuffer()),
  );
  return [first, second];
}

/**
 * Reads evaluation photos of people nothing was fitted on: the same draw in every run. Photos are encoded bytes.
 * @param most - people of whom two photos are taken, at most
 * @returns `null` if there are none to compare
 */
export function readEvaluationPhotos(most: number): PairDraw<Uint8Array> | null {
  if (!hasFaces) return null;
  const judged = people().filter(({ person }) => toHalf(person) === 'judge');
  const { photos, ...pairs } = drawPairs(judged, most, createChance('bench peers'));
  if (pairs.impostor.length === 0) return null;
  return { photos: photos.map(({ person, number }) => face(person, number)), ...pairs };
}
