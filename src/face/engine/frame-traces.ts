import { sketchBands } from '../../core/ports.js';
import { alignedSizePx, alignFace, type Landmarks } from './landmarks.js';
import { type Picture, sampleGrid } from './picture.js';

/*
 * A sketch detects copies of a frame. It compares neighboring cells of a 64 × 64 gray picture; each comparison is a
 * step. Editing a copy changes few steps, but the next frame of a camera changes many
 * (docs/accuracy/near-duplicates.json). Stored digests depend on the order of the steps.
 */

const cells = 64;

export const stepsOfBand = 40;

/**
 * Neighboring cells count as similar if they differ by less than this share of the frame's mean. JPEG compression
 * changes cells by less.
 */
const alikeShare = 0.02;

/**
 * Steps in a fixed pseudorandom order, divided into bands of equal length. Because of the order, each band covers the
 * whole frame.
 */
const picked = drawOrder(2 * cells * (cells - 1)).slice(0, sketchBands * stepsOfBand);

function drawOrder(length: number): number[] {
  const order = Array.from({ length }, (_, at) => at);
  let drawn = 1;
  for (let at = length - 1; at > 0; at -= 1) {
    drawn = (Math.imul(drawn, 1664525) + 1013904223) >>> 0;
    const other = Math.floor((drawn / 2 ** 32) * (at + 1));
    // Without destructuring, which is slow before it is compiled, and every worker draws the order at its start.
    const moved = order[at];
    order[at] = order[other];
    order[other] = moved;
  }
  return order;
}

/**
 * Returns the steps of a frame by band: 0 (darker), 1 (similar), 2 (lighter), then those of the mirror image. The
 * caller must wipe it.
 * @param degrees - clockwise turn of the picture, which is undone to the nearest 90°, so that a turned copy is found
 */
export function sketchOf(picture: Picture, degrees = 0): Uint8Array<ArrayBuffer> {
  const greys = toCells(picture);
  for (let quarter = Math.round(degrees / 90) & 3; quarter > 0; quarter -= 1) greys.set(turnedBack(greys));
  const sketch = new Uint8Array(2 * picked.length);
  sketch.set(toSteps(greys), 0);
  sketch.set(toSteps(mirrored(greys)), picked.length);
  greys.fill(0);
  return sketch;
}

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

/** Returns gray values (ITU-R BT.601). Pixels are summed row by row, so that each is read once, in memory order. */
function toCells({ data, widthPx, heightPx }: Picture): Float64Array {
  const columns = toShares(widthPx);
  const rows = toShares(heightPx);
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

function addStrip(strip: Float64Array, { cell, share }: ReturnType<typeof toShares>, row: Float64Array): void {
  for (let x = 0; x < strip.length; x += 1) {
    row[cell[x]] += strip[x] * share[x];
    if (share[x] < 1) row[cell[x] + 1] += strip[x] * (1 - share[x]);
  }
}

const turnedBack = (greys: Float64Array): Float64Array =>
  greys.map((_, at) => greys[(at % cells) * cells + cells - 1 - Math.floor(at / cells)]);

const mirrored = (greys: Float64Array): Float64Array =>
  greys.map((_, at) => greys[at - (at % cells) + cells - 1 - (at % cells)]);

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

/*
 * Texture of a face, independent of lighting. Between two frames half a second apart, the correlation is at least .95
 * for the same person and at most .87 for different people.
 */

const sizePx = 24;
const fine = 3;
const blurPx = 5;
/** Added to gray levels before taking the logarithm, so that noise in dark areas counts less. */
const floorLevel = 20;

const isInside = (x: number, y: number): boolean => {
  const across = (2 * x + 1) / sizePx - 1;
  const down = (2 * y + 1) / sizePx - 1;
  return (across * across) / 0.8 + down * down < 1;
};

export function readTexture(picture: Picture, landmarks: Landmarks): Float32Array<ArrayBuffer> {
  const { origin, across, down } = alignFace(landmarks);
  const step = alignedSizePx / sizePx;
  const rgb = new Float32Array(3 * sizePx * sizePx);
  const grey = new Float32Array(sizePx * sizePx);
  for (let row = 0; row < fine; row += 1)
    for (let column = 0; column < fine; column += 1) {
      const right = (step * (column + 0.5)) / fine;
      const lower = (step * (row + 0.5)) / fine;
      const grid = {
        columns: sizePx,
        rows: sizePx,
        origin: { x: origin.x + right * across.x + lower * down.x, y: origin.y + right * across.y + lower * down.y },
        across: { x: step * across.x, y: step * across.y },
        down: { x: step * down.x, y: step * down.y },
      };
      sampleGrid(picture, grid, 'nearest', rgb);
      for (let at = 0; at < grey.length; at += 1) grey[at] += rgb[3 * at] + rgb[3 * at + 1] + rgb[3 * at + 2];
    }
  for (let at = 0; at < grey.length; at += 1) grey[at] = Math.log(grey[at] / (3 * fine * fine) + floorLevel);
  const texture = toUnit(withoutShading(grey));
  rgb.fill(0);
  grey.fill(0);
  return texture;
}

function withoutShading(grey: Float32Array): Float32Array<ArrayBuffer> {
  const kept: number[] = [];
  for (let y = 0; y < sizePx; y += 1)
    for (let x = 0; x < sizePx; x += 1) {
      if (!isInside(x, y)) continue;
      let sum = 0;
      let count = 0;
      for (let v = Math.max(0, y - blurPx); v <= Math.min(sizePx - 1, y + blurPx); v += 1)
        for (let u = Math.max(0, x - blurPx); u <= Math.min(sizePx - 1, x + blurPx); u += 1) {
          sum += grey[v * sizePx + u];
          count += 1;
        }
      kept.push(grey[y * sizePx + x] - sum / count);
    }
  return Float32Array.from(kept);
}

function toUnit(values: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const length = Math.hypot(...values.map((value) => value - mean)) || 1;
  return values.map((value) => (value - mean) / length);
}
