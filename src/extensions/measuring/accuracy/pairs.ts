import type { SeededRandom } from '../../../core/base/chance.js';

/**
 * Draws pairs of row and column uniformly, without replacement.
 * @returns row and column of each pair, one after the other, in row order
 */
export function drawPairs(
  rows: number,
  columns: number,
  wanted: number,
  chance: SeededRandom,
  isPair: (row: number, column: number) => boolean,
): Uint32Array {
  let left = 0;
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1) if (isPair(row, column)) left += 1;
  const pairs = new Uint32Array(2 * Math.min(wanted, left));
  let at = 0;
  for (let row = 0; row < rows && at < pairs.length; row += 1)
    for (let column = 0; column < columns && at < pairs.length; column += 1) {
      if (!isPair(row, column)) continue;
      const missing = pairs.length / 2 - at / 2;
      if (missing === left || chance.below(left) < missing) {
        pairs[at] = row;
        pairs[at + 1] = column;
        at += 2;
      }
      left -= 1;
    }
  return pairs;
}

export const drawPlaces = (places: number, wanted: number, chance: SeededRandom): Uint32Array =>
  drawPairs(places, 1, wanted, chance, () => true).filter((_, at) => at % 2 === 0);

export function pairsAt(pairs: Uint32Array, places: Uint32Array): Uint32Array {
  const chosen = new Uint32Array(2 * places.length);
  for (const [at, place] of places.entries()) chosen.set(pairs.subarray(2 * place, 2 * place + 2), 2 * at);
  return chosen;
}
