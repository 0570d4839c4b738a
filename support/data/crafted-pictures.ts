import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { demoPhotosFolder } from '../../examples/demo/pictures.js';

/** Reads a demonstration photo of a group. Photo 1 shows three faces. */
export const groupPhoto = (number: 1 | 2 | 3 | 4 | 5 | 6): Buffer =>
  readFileSync(join(demoPhotosFolder, `sample${number}.jpg`));

/** Returns a crop of photo 1 or 3, which both show the same person. The margin is half the face box on each side. */
export async function twicePhotographed(photo: 1 | 3): Promise<Buffer> {
  const [x1, y1, x2, y2] = photo === 1 ? [1460, 219, 1685, 438] : [1071, 203, 1305, 521];
  const width = x2 - x1;
  const height = y2 - y1;
  const top = Math.max(0, Math.round(y1 - height / 2));
  return sharp(groupPhoto(photo))
    .extract({ left: Math.round(x1 - width / 2), top, width: 2 * width, height: Math.min(2 * height, 1280 - top) })
    .jpeg({ quality: 95 })
    .toBuffer();
}

export function pngChunk(type: string, data: Uint8Array): Buffer {
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write(type, 4, 'latin1');
  chunk.set(data, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
  return chunk;
}

/** Creates a PNG that claims this size but contains only the given pixels. */
export function pngClaiming(width: number, height: number, pixels: Uint8Array): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(pixels)),
    pngChunk('IEND', new Uint8Array()),
  ]);
}

/** Marks a PNG as animated, by a chunk after its header. */
export function toAnimatedPng(png: Buffer): Buffer {
  const control = Buffer.from([0, 0, 0, 2, 0, 0, 0, 0]);
  return Buffer.concat([png.subarray(0, 33), pngChunk('acTL', control), png.subarray(33)]);
}

export const plain = (width: number, height: number): Sharp =>
  sharp({ create: { width, height, channels: 3, background: '#808080' } });
