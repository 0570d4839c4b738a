import sharp from 'sharp';
import type { Chance } from '../../eval/chance.js';
import type { Picture } from '../../src/engine/picture.js';

/** What a camera delivers here. */
export const frameWidthPx = 640;
export const frameHeightPx = 480;

/** A place in a frame and how near it is to the camera: the nearest is seen. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** A frame being drawn, and how near what it shows at each pixel is. */
export interface Canvas extends Picture {
  readonly nearness: Float32Array;
}

/** An empty frame that shows `picture`, of the same size, behind everything. */
export function createCanvas(picture: Picture): Canvas {
  return {
    ...picture,
    data: Uint8Array.from(picture.data),
    nearness: new Float32Array(picture.widthPx * picture.heightPx).fill(Number.NEGATIVE_INFINITY),
  };
}

/** Decodes any picture. */
export async function readPicture(bytes: Uint8Array): Promise<Picture> {
  const { data, info } = await sharp(bytes)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, widthPx: info.width, heightPx: info.height };
}

/** Encodes a frame as a browser's canvas does. */
export async function toJpeg(picture: Picture, quality = 90): Promise<Buffer> {
  const raw = { width: picture.widthPx, height: picture.heightPx, channels: 3 } as const;
  return sharp(picture.data, { raw }).jpeg({ quality }).toBuffer();
}

/** Blurs a picture. */
export async function blur(picture: Picture, sigmaPx: number): Promise<Picture> {
  const raw = { width: picture.widthPx, height: picture.heightPx, channels: 3 } as const;
  const data = await sharp(picture.data, { raw }).blur(sigmaPx).raw().toBuffer();
  return { ...picture, data };
}

/** Changes every colour by a rule that sees where it is. Values beyond 0 to 255 are cut off. */
export function recolour(
  picture: Picture,
  rule: (value: number, x: number, y: number, channel: number) => number,
): Picture {
  const data = new Uint8Array(picture.data.length);
  for (let at = 0; at < data.length; at += 1) {
    const pixel = Math.floor(at / 3);
    const value = rule(picture.data[at], pixel % picture.widthPx, Math.floor(pixel / picture.widthPx), at % 3);
    data[at] = Math.max(0, Math.min(255, Math.round(value)));
  }
  return { ...picture, data };
}

/**
 * A sensor's noise and a light that is never quite the same. Little of it: passive liveness takes strong noise for a
 * picture of a picture.
 */
export function exposeAnew(picture: Picture, chance: Chance): Picture {
  const light = 1 + 0.015 * chance.normal();
  // Normal noise from a table: one draw a pixel would take longer than all the rest.
  const table = Float32Array.from({ length: 4099 }, () => 1.2 * chance.normal());
  const from = chance.below(table.length);
  return recolour(picture, (value, x, y) => value * light + table[(from + x * 31 + y * 1013) % table.length]);
}

/** A bent sheet with a picture on it, cut into small triangles. */
export interface Sheet {
  readonly texture: Picture;
  /** Where each place of the texture, in its pixels, stands in the frame; `null` where the sheet has been cut away. */
  readonly place: (x: number, y: number) => Spot | null;
}

const cellPx = 6;

/** Draws a sheet; what is nearer hides what is behind. */
export function drawSheet(canvas: Canvas, { texture, place }: Sheet): void {
  const columns = Math.ceil((texture.widthPx - 1) / cellPx);
  const rows = Math.ceil((texture.heightPx - 1) / cellPx);
  const toX = (column: number): number => Math.min(column * cellPx, texture.widthPx - 1);
  const toY = (row: number): number => Math.min(row * cellPx, texture.heightPx - 1);
  const corners = Array.from({ length: rows + 1 }, (_, row) =>
    Array.from({ length: columns + 1 }, (_unused, column) => {
      const [u, v] = [toX(column), toY(row)];
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

interface Corner extends Spot {
  readonly u: number;
  readonly v: number;
}

function drawTriangle(canvas: Canvas, texture: Picture, a: Corner, b: Corner, c: Corner): void {
  const area = (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y);
  if (Math.abs(area) < 1e-6) return;
  const fromX = Math.max(0, Math.ceil(Math.min(a.x, b.x, c.x)));
  const toX = Math.min(canvas.widthPx - 1, Math.floor(Math.max(a.x, b.x, c.x)));
  const fromY = Math.max(0, Math.ceil(Math.min(a.y, b.y, c.y)));
  const toY = Math.min(canvas.heightPx - 1, Math.floor(Math.max(a.y, b.y, c.y)));
  for (let y = fromY; y <= toY; y += 1) {
    for (let x = fromX; x <= toX; x += 1) {
      const shareB = ((x - a.x) * (c.y - a.y) - (c.x - a.x) * (y - a.y)) / area;
      const shareC = ((b.x - a.x) * (y - a.y) - (x - a.x) * (b.y - a.y)) / area;
      const shareA = 1 - shareB - shareC;
      if (shareA < -1e-6 || shareB < -1e-6 || shareC < -1e-6) continue;
      const z = shareA * a.z + shareB * b.z + shareC * c.z;
      const pixel = y * canvas.widthPx + x;
      if (z < canvas.nearness[pixel]) continue;
      canvas.nearness[pixel] = z;
      copyColour(
        texture,
        shareA * a.u + shareB * b.u + shareC * c.u,
        shareA * a.v + shareB * b.v + shareC * c.v,
        canvas.data,
        pixel * 3,
      );
    }
  }
}

/** Reads one place of a picture by bilinear interpolation. */
function copyColour({ data, widthPx, heightPx }: Picture, x: number, y: number, target: Uint8Array, at: number): void {
  const left = Math.max(0, Math.min(Math.floor(x), widthPx - 2));
  const top = Math.max(0, Math.min(Math.floor(y), heightPx - 2));
  const fx = Math.max(0, Math.min(1, x - left));
  const fy = Math.max(0, Math.min(1, y - top));
  const from = (top * widthPx + left) * 3;
  const below = from + widthPx * 3;
  for (let channel = 0; channel < 3; channel += 1) {
    const upper = data[from + channel] * (1 - fx) + data[from + 3 + channel] * fx;
    const lower = data[below + channel] * (1 - fx) + data[below + 3 + channel] * fx;
    target[at + channel] = upper * (1 - fy) + lower * fy;
  }
}
