import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

/** Folder of the group photos `sample1.jpg` to `sample6.jpg` in a checkout. */
export const demoPhotosFolder = fileURLToPath(new URL('../../../.cache/demo-photos', import.meta.url));

export type Pictures = Awaited<ReturnType<typeof loadPictures>>;

interface Corners {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

async function cropFace(file: string, corners: Corners): Promise<Buffer> {
  // The file is read here, because the engine forbids libvips to open files itself.
  const photo = sharp(readFileSync(file));
  const { width, height } = await photo.metadata();
  // With a margin of half the face's box on each side, the cropped picture contains only one face.
  const marginX = (corners.right - corners.left) / 2;
  const marginY = (corners.bottom - corners.top) / 2;
  const left = Math.max(0, Math.round(corners.left - marginX));
  const top = Math.max(0, Math.round(corners.top - marginY));
  const right = Math.min(width, Math.round(corners.right + marginX));
  const bottom = Math.min(height, Math.round(corners.bottom + marginY));
  return photo
    .extract({ left, top, width: right - left, height: bottom - top })
    .jpeg({ quality: 95 })
    .toBuffer();
}

export async function loadPictures(folder = demoPhotosFolder) {
  const sample1 = join(folder, 'sample1.jpg');
  const sample3 = join(folder, 'sample3.jpg');
  const first = await cropFace(sample1, { left: 1460, top: 219, right: 1685, bottom: 438 });
  const second = await cropFace(sample3, { left: 1071, top: 203, right: 1305, bottom: 521 });
  const stranger = await cropFace(sample1, { left: 420, top: 350, right: 600, bottom: 600 });
  const { width } = await sharp(first).metadata();
  const far = await sharp(first)
    .resize(Math.round((width * 20) / (1685 - 1460)))
    // The border makes the picture large enough for the engine.
    .extend({ top: 100, bottom: 100, left: 100, right: 100, background: '#777777' })
    .jpeg({ quality: 95 })
    .toBuffer();
  const landscape = await sharp({ create: { width: 320, height: 240, channels: 3, background: '#88aa66' } })
    .jpeg()
    .toBuffer();
  return {
    person: [first, second] as const,
    stranger,
    group: readFileSync(sample1),
    landscape,
    /** Photo of a person, scaled down until the face is 20 pixels wide. */
    far,
  };
}
