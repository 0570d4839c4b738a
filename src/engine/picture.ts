/** Decoded pixels: 8-bit sRGB, three bytes a pixel, rows from the top, upright. */
export interface Picture {
  readonly data: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** A place in a picture, in pixels; the middle of the first pixel is 0,0. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Takes the interpolated colour of one place: 0 to 255 each. */
export type PutPixel = (index: number, red: number, green: number, blue: number) => void;

/**
 * Reads a grid of places from a picture by bilinear interpolation. The place of column `i`, row `j` is
 * `origin + i * across + j * down`; `index` counts the grid's places row by row.
 * @param outside - what lies beyond the picture: its nearest pixel, or black
 */
export function sampleGrid(
  picture: Picture,
  grid: {
    readonly columns: number;
    readonly rows: number;
    readonly origin: Point;
    readonly across: Point;
    readonly down: Point;
    readonly outside: 'nearest' | 'black';
  },
  put: PutPixel,
): void {
  const { data, widthPx, heightPx } = picture;
  const { columns, rows, origin, across, down } = grid;
  const isBlackOutside = grid.outside === 'black';
  const lastX = widthPx - 1;
  const lastY = heightPx - 1;

  // This is the innermost loop of the engine: no closures, no objects, no bounds-checked reads beyond the four pixels.
  for (let j = 0; j < rows; j += 1) {
    let x = origin.x + j * down.x;
    let y = origin.y + j * down.y;
    for (let i = 0; i < columns; i += 1, x += across.x, y += across.y) {
      const left = Math.floor(x);
      const top = Math.floor(y);
      const fx = x - left;
      const fy = y - top;
      const x0 = Math.max(0, Math.min(left, lastX));
      const x1 = Math.max(0, Math.min(left + 1, lastX));
      const y0 = Math.max(0, Math.min(top, lastY));
      const y1 = Math.max(0, Math.min(top + 1, lastY));

      let w00 = (1 - fx) * (1 - fy);
      let w10 = fx * (1 - fy);
      let w01 = (1 - fx) * fy;
      let w11 = fx * fy;
      if (isBlackOutside && (left < 0 || left >= lastX || top < 0 || top >= lastY)) {
        if (left < 0 || left > lastX || top < 0 || top > lastY) w00 = 0;
        if (left < -1 || left >= lastX || top < 0 || top > lastY) w10 = 0;
        if (left < 0 || left > lastX || top < -1 || top >= lastY) w01 = 0;
        if (left < -1 || left >= lastX || top < -1 || top >= lastY) w11 = 0;
      }

      const p00 = (y0 * widthPx + x0) * 3;
      const p10 = (y0 * widthPx + x1) * 3;
      const p01 = (y1 * widthPx + x0) * 3;
      const p11 = (y1 * widthPx + x1) * 3;
      put(
        j * columns + i,
        data[p00] * w00 + data[p10] * w10 + data[p01] * w01 + data[p11] * w11,
        data[p00 + 1] * w00 + data[p10 + 1] * w10 + data[p01 + 1] * w01 + data[p11 + 1] * w11,
        data[p00 + 2] * w00 + data[p10 + 2] * w10 + data[p01 + 2] * w01 + data[p11 + 2] * w11,
      );
    }
  }
}
