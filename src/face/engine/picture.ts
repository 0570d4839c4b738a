import type { Box } from '../../core/face.js';

/** A decoded picture: upright 8-bit sRGB, three bytes per pixel, top row first. */
export interface Picture {
  readonly data: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** A position in a picture, in pixels. The center of the first pixel is 0,0. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Sampling grid: column `i`, row `j` is at `origin + i * across + j * down`. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly origin: Point;
  readonly across: Point;
  readonly down: Point;
}

/**
 * Samples a grid by bilinear interpolation.
 * @param outside - value of grid points outside the picture: that of the nearest pixel, or black
 * @param rgb - receives red, green, blue, 0 to 255, row by row
 */
export function sampleGrid(picture: Picture, grid: Grid, outside: 'nearest' | 'black', rgb: Float32Array): void {
  const { data, widthPx, heightPx } = picture;
  const { columns, rows, origin, across, down } = grid;
  const { floor, max, min } = Math;
  const isBlackOutside = outside === 'black';
  const lastX = widthPx - 1;
  const lastY = heightPx - 1;

  let at = 0;
  for (let j = 0; j < rows; j += 1) {
    for (let i = 0; i < columns; i += 1) {
      const x = origin.x + i * across.x + j * down.x;
      const y = origin.y + i * across.y + j * down.y;
      const left = floor(x);
      const top = floor(y);
      const fx = x - left;
      const fy = y - top;
      const x0 = max(0, min(left, lastX));
      const x1 = max(0, min(left + 1, lastX));
      const y0 = max(0, min(top, lastY));
      const y1 = max(0, min(top + 1, lastY));

      const leftWeight = weightOf(1 - fx, isBlackOutside && x0 !== left);
      const rightWeight = weightOf(fx, isBlackOutside && x1 !== left + 1);
      const topWeight = weightOf(1 - fy, isBlackOutside && y0 !== top);
      const bottomWeight = weightOf(fy, isBlackOutside && y1 !== top + 1);
      const w00 = leftWeight * topWeight;
      const w10 = rightWeight * topWeight;
      const w01 = leftWeight * bottomWeight;
      const w11 = rightWeight * bottomWeight;

      const p00 = (y0 * widthPx + x0) * 3;
      const p10 = (y0 * widthPx + x1) * 3;
      const p01 = (y1 * widthPx + x0) * 3;
      const p11 = (y1 * widthPx + x1) * 3;
      rgb[at] = data[p00] * w00 + data[p10] * w10 + data[p01] * w01 + data[p11] * w11;
      rgb[at + 1] = data[p00 + 1] * w00 + data[p10 + 1] * w10 + data[p01 + 1] * w01 + data[p11 + 1] * w11;
      rgb[at + 2] = data[p00 + 2] * w00 + data[p10 + 2] * w10 + data[p01 + 2] * w01 + data[p11 + 2] * w11;
      at += 3;
    }
  }
}

const weightOf = (share: number, isBlack: boolean): number => (isBlack ? 0 : share);

export function toCellGrid(
  area: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  columns: number,
  rows: number,
): Grid {
  const stepX = area.width / columns;
  const stepY = area.height / rows;
  return {
    columns,
    rows,
    // The edge of an area is half a pixel before the center of its first pixel.
    origin: { x: area.x + stepX / 2 - 0.5, y: area.y + stepY / 2 - 0.5 },
    across: { x: stepX, y: 0 },
    down: { x: 0, y: stepY },
  };
}

export interface Normalisation {
  readonly mean: number;
  readonly deviation: number;
}

export function toPlanes(
  rgb: Float32Array,
  target: Float32Array,
  planes: readonly [number, number, number],
  normalisations: readonly [Normalisation, Normalisation, Normalisation],
): void {
  const size = rgb.length / 3;
  for (let channel = 0; channel < 3; channel += 1) {
    const { mean, deviation } = normalisations[channel];
    const plane = planes[channel] * size;
    for (let at = 0; at < size; at += 1) target[plane + at] = (rgb[at * 3 + channel] - mean) / deviation;
  }
}

export function toGreys(rgb: Float32Array, target: Float32Array, divisor: number): void {
  for (let at = 0; at < rgb.length / 3; at += 1)
    target[at] = (0.299 * rgb[at * 3] + 0.587 * rgb[at * 3 + 1] + 0.114 * rgb[at * 3 + 2]) / divisor;
}

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
