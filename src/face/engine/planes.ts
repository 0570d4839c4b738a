import type { Box } from '../../core/face.js';
import type { Normalisation, Picture } from './picture.js';

export interface PlaneLayout {
  readonly columns: number;
  /**
   * Planes of the tensor that receive red, green and blue: `[0, 1, 2]`, or `[2, 1, 0]` if the model expects blue first.
   */
  readonly planes: readonly [number, number, number];
  readonly normalisations: readonly [Normalisation, Normalisation, Normalisation];
}

function toNeighbours(from: number, extent: number, places: number, length: number) {
  const first = new Int32Array(places);
  const second = new Int32Array(places);
  const share = new Float64Array(places);
  const step = extent / places;
  for (let place = 0; place < places; place += 1) {
    const position = from + step / 2 - 0.5 + place * step;
    const before = Math.floor(position);
    share[place] = position - before;
    first[place] = Math.max(0, Math.min(before, length - 1));
    second[place] = Math.max(0, Math.min(before + 1, length - 1));
  }
  return { first, second, share };
}

/**
 * Resamples and normalizes an upright area into the upper left of a tensor. The result equals `sampleGrid` plus
 * `toPlanes`.
 */
export function samplePlanes(
  picture: Picture,
  area: Box,
  columns: number,
  rows: number,
  layout: PlaneLayout,
  target: Float32Array,
): void {
  const { data, widthPx, heightPx } = picture;
  const { first: lefts, second: rights, share: sharesX } = toNeighbours(area.x, area.width, columns, widthPx);
  const { first: uppers, second: lowers, share: sharesY } = toNeighbours(area.y, area.height, rows, heightPx);
  const [red, green, blue] = layout.planes.map((plane) => (plane * target.length) / 3);
  const [forRed, forGreen, forBlue] = layout.normalisations;
  const { mean: meanR, deviation: deviationR } = forRed;
  const { mean: meanG, deviation: deviationG } = forGreen;
  const { mean: meanB, deviation: deviationB } = forBlue;

  for (let row = 0; row < rows; row += 1) {
    const upper = uppers[row] * widthPx;
    const lower = lowers[row] * widthPx;
    const fy = sharesY[row];
    let at = row * layout.columns;
    for (let column = 0; column < columns; column += 1) {
      const left = lefts[column];
      const right = rights[column];
      const fx = sharesX[column];
      const w00 = (1 - fx) * (1 - fy);
      const w10 = fx * (1 - fy);
      const w01 = (1 - fx) * fy;
      const w11 = fx * fy;
      const p00 = 3 * (upper + left);
      const p10 = 3 * (upper + right);
      const p01 = 3 * (lower + left);
      const p11 = 3 * (lower + right);
      const r = data[p00] * w00 + data[p10] * w10 + data[p01] * w01 + data[p11] * w11;
      const g = data[p00 + 1] * w00 + data[p10 + 1] * w10 + data[p01 + 1] * w01 + data[p11 + 1] * w11;
      const b = data[p00 + 2] * w00 + data[p10 + 2] * w10 + data[p01 + 2] * w01 + data[p11 + 2] * w11;
      target[red + at] = (r - meanR) / deviationR;
      target[green + at] = (g - meanG) / deviationG;
      target[blue + at] = (b - meanB) / deviationB;
      at += 1;
    }
  }
}
