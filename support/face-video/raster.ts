import sharp from 'sharp';
import type { SeededRandom } from '../../src/core/base/chance.js';
import type { Picture } from '../../src/face/engine/picture.js';

const { abs, ceil, floor, max, min } = Math;

export const frameWidthPx = 640;
export const frameHeightPx = 480;

/** A point in a frame. Of several points at one place, the one with the largest `z` is visible. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** Material of a pixel, which determines how it reflects light. Pixels that nothing was drawn on are `room`. */
export const material = { room: 0, skin: 1, paper: 2, glass: 3 } as const;
export type Material = (typeof material)[keyof typeof material];

export interface Canvas extends Picture {
  /** Nearness of each pixel to the camera; negative infinity if nothing was drawn. */
  readonly nearness: Float32Array;
  readonly materials: Uint8Array;
}

export function createCanvas(picture: Picture): Canvas {
  return {
    ...picture,
    data: Uint8Array.from(picture.data),
    nearness: new Float32Array(picture.widthPx * picture.heightPx).fill(Number.NEGATIVE_INFINITY),
    materials: new Uint8Array(picture.widthPx * picture.heightPx).fill(material.room),
  };
}

export async function readPicture(bytes: Uint8Array): Promise<Picture> {
  const { data, info } = await sharp(bytes)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, widthPx: info.width, heightPx: info.height };
}

/** Encodes a frame like a browser's canvas. */
export async function toJpeg(picture: Picture, quality = 90): Promise<Buffer> {
  const raw = { width: picture.widthPx, height: picture.heightPx, channels: 3 } as const;
  return sharp(picture.data, { raw }).jpeg({ quality }).toBuffer();
}

export async function blur(picture: Picture, sigmaPx: number): Promise<Picture> {
  const raw = { width: picture.widthPx, height: picture.heightPx, channels: 3 } as const;
  const data = await sharp(picture.data, { raw }).blur(sigmaPx).raw().toBuffer();
  return { ...picture, data };
}

/** Applies a position-dependent rule to every color value. */
export function recolour(
  { data, widthPx, heightPx }: Picture,
  rule: (value: number, x: number, y: number, channel: number) => number,
): Picture {
  const changed = new Uint8ClampedArray(data.length);
  let at = 0;
  for (let y = 0; y < heightPx; y += 1)
    for (let x = 0; x < widthPx; x += 1)
      for (let channel = 0; channel < 3; channel += 1) {
        changed[at] = rule(data[at], x, y, channel);
        at += 1;
      }
  return { data: new Uint8Array(changed.buffer), widthPx, heightPx };
}

/**
 * Adds sensor noise and exposure variation, but little, because passive liveness treats strong noise as a recaptured
 * picture.
 */
export function exposeAnew({ data, widthPx, heightPx }: Picture, chance: SeededRandom): Picture {
  const light = 1 + 0.015 * chance.normal();
  const table = Float32Array.from({ length: 4099 }, () => 1.2 * chance.normal());
  const from = chance.below(table.length);
  const changed = new Uint8ClampedArray(data.length);
  for (let pixel = 0, at = 0; pixel < widthPx * heightPx; pixel += 1) {
    const noise = table[(from + pixel * 31) % table.length];
    for (let channel = 0; channel < 3; channel += 1, at += 1) changed[at] = data[at] * light + noise;
  }
  return { data: new Uint8Array(changed.buffer), widthPx, heightPx };
}

export interface Sheet {
  readonly texture: Picture;
  /** Maps texture pixels to the frame; `null` if the sheet is cut away there. */
  readonly place: (x: number, y: number) => PlacedSpot | null;
}

export interface PlacedSpot extends Spot {
  readonly material: Material;
}

const cellPx = 6;

/** Draws a sheet with hidden surface removal. */
export function drawSheet(canvas: Canvas, { texture, place }: Sheet): void {
  const columns = ceil((texture.widthPx - 1) / cellPx);
  const rows = ceil((texture.heightPx - 1) / cellPx);
  const toX = (column: number): number => min(column * cellPx, texture.widthPx - 1);
  const toY = (row: number): number => min(row * cellPx, texture.heightPx - 1);
  const corners = Array.from({ length: rows + 1 }, (_, row) =>
    Array.from({ length: columns + 1 }, (_unused, column) => {
      const u = toX(column);
      const v = toY(row);
      const spot = place(u, v);
      return spot === null ? null : { ...spot, u, v };
    }),
  );
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const a = corners[row][column];
      const b = corners[row][column + 1];
      const c = corners[row + 1][column];
      const d = corners[row + 1][column + 1];
      if (a !== null && b !== null && c !== null) drawTriangle(canvas, texture, a, b, c);
      if (d !== null && b !== null && c !== null) drawTriangle(canvas, texture, d, b, c);
    }
  }
}

interface Corner extends PlacedSpot {
  readonly u: number;
  readonly v: number;
}

function drawTriangle(canvas: Canvas, texture: Picture, a: Corner, b: Corner, c: Corner): void {
  const area = (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y);
  if (abs(area) < 1e-6) return;
  const { data, nearness, materials, widthPx, heightPx } = canvas;
  const fromX = max(0, ceil(min(a.x, b.x, c.x)));
  const toX = min(widthPx - 1, floor(max(a.x, b.x, c.x)));
  const fromY = max(0, ceil(min(a.y, b.y, c.y)));
  const toY = min(heightPx - 1, floor(max(a.y, b.y, c.y)));
  // Barycentric coordinates change linearly along a row of pixels.
  const stepB = (c.y - a.y) / area;
  const stepC = (a.y - b.y) / area;
  for (let y = fromY; y <= toY; y += 1) {
    let shareB = ((fromX - a.x) * (c.y - a.y) - (c.x - a.x) * (y - a.y)) / area;
    let shareC = ((b.x - a.x) * (y - a.y) - (fromX - a.x) * (b.y - a.y)) / area;
    for (let x = fromX; x <= toX; x += 1, shareB += stepB, shareC += stepC) {
      const shareA = 1 - shareB - shareC;
      if (shareA < -1e-6 || shareB < -1e-6 || shareC < -1e-6) continue;
      const z = shareA * a.z + shareB * b.z + shareC * c.z;
      const pixel = y * widthPx + x;
      if (z < nearness[pixel]) continue;
      nearness[pixel] = z;
      materials[pixel] = a.material;
      const u = shareA * a.u + shareB * b.u + shareC * c.u;
      const v = shareA * a.v + shareB * b.v + shareC * c.v;
      copyColour(texture, u, v, data, pixel * 3);
    }
  }
}

function copyColour({ data, widthPx, heightPx }: Picture, x: number, y: number, target: Uint8Array, at: number): void {
  const left = min(max(floor(x), 0), widthPx - 2);
  const top = min(max(floor(y), 0), heightPx - 2);
  const fx = min(max(x - left, 0), 1);
  const fy = min(max(y - top, 0), 1);
  const from = (top * widthPx + left) * 3;
  const below = from + widthPx * 3;
  const w00 = (1 - fx) * (1 - fy);
  const w10 = fx * (1 - fy);
  const w01 = (1 - fx) * fy;
  const w11 = fx * fy;
  for (let channel = 0; channel < 3; channel += 1)
    target[at + channel] =
      data[from + channel] * w00 +
      data[from + 3 + channel] * w10 +
      data[below + channel] * w01 +
      data[below + 3 + channel] * w11;
}
