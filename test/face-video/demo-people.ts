import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { demoPhotosFolder } from '../../examples/demo/pictures.js';
import type { Engine } from '../../src/face/engine/engine.js';
import { toPhoto } from '../support/data/pictures.js';
import { testShare } from '../support/data/share.js';
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

/** Margin around a face that passive liveness uses, in widths and heights of the face. */
const margin = 0.85;

/** Reads all faces of the demonstration photos. A crop may show part of a neighbor. */
export async function readDemoFaces(engine: Engine): Promise<readonly Buffer[]> {
  const files = readdirSync(demoPhotosFolder).filter((file) => file.endsWith('.jpg'));
  const pictures = files.sort().map(async (file) => {
    const photo = readFileSync(join(demoPhotosFolder, file));
    const { faces, widthPx, heightPx } = await engine.detect(toPhoto(photo), testShare);
    const crops = faces.map(({ box }) => {
      const left = Math.max(0, Math.round(box.x - box.width * margin));
      const top = Math.max(0, Math.round(box.y - box.height * margin));
      const width = Math.min(widthPx - left, Math.round(box.width * (1 + 2 * margin)));
      const height = Math.min(heightPx - top, Math.round(box.height * (1 + 2 * margin)));
      return sharp(photo).extract({ left, top, width, height }).jpeg({ quality: 95 }).toBuffer();
    });
    return Promise.all(crops);
  });
  return (await Promise.all(pictures)).flat();
}
