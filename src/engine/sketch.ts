import { sketchBands } from '../core/ports.js';
import type { Picture } from './picture.js';

/*
 * How a frame is told from a copy of itself. The whole frame is averaged to 64 × 64 cells of grey; of each two neighbours
 * is told which one is lighter, or that they are about alike. A copy that was encoded, scaled, lit or blurred anew has nearly
 * the same steps; the next picture of the same person in the same chair has not, as neither they nor the light hold still
 * to a hundredth of the frame. All numbers are measured: `npm run eval -- near-duplicates`. Stored digests are made of this
 * order of steps, so that a change of it forgets them.
 */

/** Cells along each side. */
const cells = 64;

/** Steps of one band. */
export const stepsOfBand = 40;

/** Neighbours that differ by less than this part of the frame's mean are about alike: more than what JPEG does to them. */
const alikeShare = 0.02;

/** Which steps go into the bands, drawn once (a linear congruential generator, Numerical Recipes): each band sees the whole frame. */
const picked = drawOrder(2 * cells * (cells - 1)).slice(0, sketchBands * stepsOfBand);

function drawOrder(length: number): number[] {
  const order = Array.from({ length }, (_, at) => at);
  let drawn = 1;
  for (let at = length - 1; at > 0; at -= 1) {
    drawn = (Math.imul(drawn, 1664525) + 1013904223) >>> 0;
    const other = Math.floor((drawn / 2 ** 32) * (at + 1));
    [order[at], order[other]] = [order[other], order[at]];
  }
  return order;
}

/**
 * The steps of a frame, band after band, each 0 (darker), 1 (about alike) or 2 (lighter); then those of its mirror image.
 * It shows nothing by itself of what the frame shows, but is made of all of it: whoever has it overwrites it.
 */
export function sketchOf(picture: Picture): Uint8Array<ArrayBuffer> {
  const greys = toCells(picture);
  const sketch = new Uint8Array(2 * picked.length);
  sketch.set(toSteps(greys), 0);
  sketch.set(toSteps(mirrored(greys)), picked.length);
  greys.fill(0);
  return sketch;
}

/** Into which cell each of `size` pixels of a row falls, and with how much of it; the rest falls into the next. */
function toShares(size: number): { readonly cell: Uint8Array; readonly share: Float64Array } {
  const cell = new Uint8Array(size);
  const share = new Float64Array(size);
  for (let at = 0; at < size; at += 1) {
    const begin = (at * cells) / size;
    cell[at] = Math.floor(begin);
    share[at] = Math.min(1, ((cell[at] + 1 - begin) * size) / cells);
  }
  return { cell, share };
}

/** Sums of grey (ITU-R BT.601) of equal parts of the frame: rows are summed first, as that reads each pixel once, in order. */
function toCells({ data, widthPx, heightPx }: Picture): Float64Array {
  const [columns, rows] = [toShares(widthPx), toShares(heightPx)];
  const sums = new Float64Array(cells * cells);
  let strip = new Float64Array(widthPx);
  let next = new Float64Array(widthPx);
  for (let y = 0, at = 0; y < heightPx; y += 1) {
    const share = rows.share[y];
    for (let x = 0; x < widthPx; x += 1, at += 3) {
      const grey = 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
      strip[x] += grey * share;
      if (share < 1) next[x] += grey * (1 - share);
    }
    if (y + 1 < heightPx && rows.cell[y + 1] === rows.cell[y]) continue;
    addStrip(strip, columns, sums.subarray(rows.cell[y] * cells, (rows.cell[y] + 1) * cells));
    strip.fill(0);
    [strip, next] = [next, strip];
  }
  strip.fill(0);
  return sums;
}

/** Adds the sums of some rows, pixel by pixel, to a row of cells. */
function addStrip(strip: Float64Array, { cell, share }: ReturnType<typeof toShares>, row: Float64Array): void {
  for (let x = 0; x < strip.length; x += 1) {
    row[cell[x]] += strip[x] * share[x];
    if (share[x] < 1) row[cell[x] + 1] += strip[x] * (1 - share[x]);
  }
}

const mirrored = (greys: Float64Array): Float64Array =>
  greys.map((_, at) => greys[at - (at % cells) + cells - 1 - (at % cells)]);

/** The picked steps to the right and downward. */
function toSteps(greys: Float64Array): Uint8Array {
  const alike = (alikeShare * greys.reduce((sum, grey) => sum + grey, 0)) / greys.length;
  const across = cells * (cells - 1);
  return Uint8Array.from(picked, (step) => {
    const isAcross = step < across;
    const from = isAcross ? Math.floor(step / (cells - 1)) * cells + (step % (cells - 1)) : step - across;
    const difference = greys[from + (isAcross ? 1 : cells)] - greys[from];
    return difference > alike ? 2 : difference < -alike ? 0 : 1;
  });
}
