import sharp from 'sharp';
import type { Box } from '../core/ports.js';
import { FaceError } from '../errors.js';
import type { Header } from './header.js';
import type { Picture } from './picture.js';
import { maxPhotoPixels } from './picture-bounds.js';

/**
 * Longest side, in pixels, of the picture that faces are searched in. A larger one is halved until it fits: a JPEG is
 * then decoded at that size at once, which costs a 12-megapixel photo a quarter of the time and a sixteenth of the memory.
 */
export const maxSearchSidePx = 1280;

/** A picture is decoded within milliseconds; one that takes this long was made to. */
const timeoutSec = 2;

/** How many pixels of the upright original become one, along each side: a power of two. */
export function toReduction(header: Header): number {
  let reduction = 1;
  while (Math.max(header.widthPx, header.heightPx) / reduction > maxSearchSidePx) reduction *= 2;
  return reduction;
}

/**
 * Decodes a picture whose header was accepted, upright, to 8-bit sRGB. Alpha is laid on white; everything but the pixels
 * is dropped.
 * @param reduction - original pixels that become one, along each side
 * @param region - the part wanted, in whole pixels of the upright original; `null` takes all of it
 * @throws FaceError `photo_invalid`: truncated or broken
 */
export async function decode(
  bytes: Uint8Array,
  header: Header,
  reduction: number,
  region: Box | null,
): Promise<Picture> {
  const part = region ?? { x: 0, y: 0, width: header.widthPx, height: header.heightPx };
  const pipeline = sharp(bytes, { failOn: 'error', limitInputPixels: maxPhotoPixels }).autoOrient();
  if (region !== null) pipeline.extract({ left: part.x, top: part.y, width: part.width, height: part.height });
  if (reduction > 1) {
    const toReduced = (sizePx: number): number => Math.max(1, Math.floor(sizePx / reduction));
    pipeline.resize(toReduced(part.width), toReduced(part.height), { fit: 'fill' });
  }
  const { data, info } = await pipeline
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .timeout({ seconds: timeoutSec })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      throw new FaceError('photo_invalid', null, { cause: error });
    });
  if (info.channels !== 3) throw new FaceError('internal', { channels: info.channels });
  return { data, widthPx: info.width, heightPx: info.height };
}
