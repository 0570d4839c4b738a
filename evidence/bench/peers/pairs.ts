import type { Chance } from '../../statistics/chance.js';
import type { Pair } from './messages.js';

/** One evaluation photo: the person's name and the number of the photo, from 1. */
export interface FaceId {
  readonly person: string;
  readonly number: number;
}

/** Photos, and which of them are compared. */
export interface PairDraw {
  /** Two of each person, one after the other: those of person `n` are at `2n` and `2n + 1`. */
  readonly photos: readonly FaceId[];
  /** One pair of each person, so that no pair depends on another. */
  readonly genuine: readonly Pair[];
  /** Each two people once, by the first photo of each. */
  readonly impostor: readonly Pair[];
}

/**
 * Draws people that have two photos or more, two photos of each, and all that can be compared.
 * @param most - people drawn at most; fewer where there are not so many
 */
export function drawPairs(
  people: readonly { readonly person: string; readonly photos: number }[],
  most: number,
  chance: Chance,
): PairDraw {
  const left = people.filter(({ photos }) => photos > 1);
  const photos: FaceId[] = [];
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
