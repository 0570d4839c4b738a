import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { demoPhotosFolder } from '../../examples/demo/pictures.js';
import type { Engine } from '../../src/face/engine/engine.js';
import { type Head, readHead } from './head.js';

/** Crops with one person and enough surroundings: left, top, width, height. */
const parts = [
  ['sample6.jpg', [1400, 60, 500, 800]],
  ['sample3.jpg', [380, 150, 640, 700]],
  ['sample6.jpg', [60, 250, 560, 700]],
  ['sample5.jpg', [690, 0, 400, 400]],
] as const;

/** Reads four people, for tests without evaluation photos. */
export async function readDemoHeads(engine: Engine): Promise<readonly [Head, Head, Head, Head]> {
  const [first, second, third, fourth] = parts.map(async ([file, [left, top, width, height]]) => {
    const photo = sharp(readFileSync(join(demoPhotosFolder, file))).extract({ left, top, width, height });
    return readHead(engine, await photo.jpeg({ quality: 95 }).toBuffer());
  });
  return Promise.all([first, second, third, fourth]);
}
