import type { Point } from '../../src/face/engine/picture.js';
import { type Canvas, material, type Spot } from './raster.js';

const { abs, hypot } = Math;

/** Size of a block in pixels. All pixels of a block have the same shade. */
export const blockPx = 4;

export interface Relief {
  readonly columns: number;
  readonly rows: number;
  /** Mean unit normal: x to the right of the frame, y down, z to the camera. */
  readonly meanNormal: Spot;
  /** Computes a value for each block from its position, in eye distances from the middle, and its normal. */
  map(rule: (at: Spot, normal: Spot) => number): Float32Array;
}

/** Depth difference that separates two objects, in eye distances. */
const edge = 0.25;

/** Smoothed nearness of each block to the camera; `NaN` if the block shows only the room. */
function toHeights({ nearness, materials, widthPx }: Canvas, columns: number, rows: number): Float32Array {
  const means = new Float32Array(columns * rows);
  for (let block = 0; block < means.length; block += 1) {
    let sum = 0;
    let count = 0;
    const from = Math.floor(block / columns) * blockPx * widthPx + (block % columns) * blockPx;
    for (let y = 0; y < blockPx; y += 1)
      for (let x = 0; x < blockPx; x += 1) {
        const pixel = from + y * widthPx + x;
        if (materials[pixel] === material.room) continue;
        sum += nearness[pixel];
        count += 1;
      }
    means[block] = count === 0 ? Number.NaN : sum / count;
  }
  return means.map((own, block) => {
    let sum = own;
    let count = 1;
    for (const step of [-columns - 1, -columns, 1 - columns, -1, 1, columns - 1, columns, columns + 1]) {
      const near = means[block + step];
      if (!(abs(near - own) < edge)) continue;
      sum += near;
      count += 1;
    }
    return sum / count;
  });
}

/**
 * Computes the shape from the nearness of pixels.
 * @param unitPx - length of an eye distance, in pixels
 */
export function toRelief(canvas: Canvas, middle: Point, unitPx: number): Relief {
  const columns = Math.floor(canvas.widthPx / blockPx);
  const rows = Math.floor(canvas.heightPx / blockPx);
  const heights = toHeights(canvas, columns, rows);
  const slope = (block: number, step: number): number => {
    const own = heights[block];
    const before = heights[block - step];
    const after = heights[block + step];
    const hasBefore = abs(before - own) < edge;
    const hasAfter = abs(after - own) < edge;
    const rise = (hasAfter ? after : own) - (hasBefore ? before : own);
    const steps = Number(hasBefore) + Number(hasAfter);
    return steps === 0 ? 0 : (rise * unitPx) / (steps * blockPx);
  };
  const toNormal = (block: number): Spot => {
    const x = -slope(block, 1);
    const y = -slope(block, columns);
    const length = hypot(x, y, 1);
    return { x: x / length, y: y / length, z: 1 / length };
  };
  const isDrawn = (block: number): boolean => !Number.isNaN(heights[block]);
  const toSpot = (block: number): Spot => ({
    x: (((block % columns) + 0.5) * blockPx - middle.x) / unitPx,
    y: ((Math.floor(block / columns) + 0.5) * blockPx - middle.y) / unitPx,
    z: heights[block],
  });

  const sum = { x: 0, y: 0, z: 0 };
  for (let block = 0; block < heights.length; block += 1) {
    if (!isDrawn(block)) continue;
    const normal = toNormal(block);
    sum.x += normal.x;
    sum.y += normal.y;
    sum.z += normal.z;
  }
  const length = hypot(sum.x, sum.y, sum.z) || 1;
  return {
    columns,
    rows,
    meanNormal: { x: sum.x / length, y: sum.y / length, z: sum.z / length },
    map: (rule) => {
      const values = heights.map((_, block) => (isDrawn(block) ? rule(toSpot(block), toNormal(block)) : Number.NaN));
      // For interpolation, a block that shows only the room but touches an object takes the value of a neighboring
      // block.
      return values.map((own, block) => {
        if (!Number.isNaN(own)) return own;
        const near = [-1, 1, -columns, columns, -columns - 1, 1 - columns, columns - 1, columns + 1];
        return (
          near.map((step) => values[block + step]).find((value) => value !== undefined && !Number.isNaN(value)) ?? 1
        );
      });
    },
  };
}
