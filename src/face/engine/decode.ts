import { performance } from 'node:perf_hooks';
import sharp from 'sharp';
import type { Box } from '../../core/ports.js';
import { FaceError } from '../../errors.js';
import type { Picture } from './picture.js';
import { maxPhotoPixels, readBounded } from './picture-header.js';
import { minFaceWidthPx } from './quality.js';

export interface Header {
  readonly widthPx: number;
  readonly heightPx: number;
}

/* libvips reads dozens of formats, some with rarely tested code. Only the loaders of JPEG, PNG and WebP are enabled. */
const loaders = ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'];

export function prepareDecoder(): void {
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: loaders });
  sharp.cache(false);
  sharp.concurrency(1);
}

export async function readHeader(bytes: Uint8Array): Promise<Header> {
  const declared = readBounded(bytes);
  const metadata = await sharp(bytes, { limitInputPixels: maxPhotoPixels })
    .metadata()
    .catch((error: unknown) => {
      throw new FaceError('photo_invalid', null, { cause: error });
    });
  if (metadata.pages !== undefined && metadata.pages > 1) throw new FaceError('photo_animated');
  // The library must see the same format and size as our own check of the header, because limits were applied to those.
  const { format, width, height } = metadata;
  if (format !== declared.format || width !== declared.widthPx || height !== declared.heightPx)
    throw new FaceError('photo_invalid');
  const { width: widthPx, height: heightPx } = metadata.autoOrient;
  if (Math.min(widthPx, heightPx) < minFaceWidthPx) throw new FaceError('photo_too_small', { widthPx, heightPx });
  return { widthPx, heightPx };
}

/**
 * Longest side of a picture for face detection, in pixels. Decoding a 12-megapixel JPEG to this size takes a quarter of
 * the time of decoding it fully.
 */
const maxSearchSidePx = 1280;

/**
 * Returns the time limit of decoding. A large picture takes half a second on an idle machine, and many times as long on a
 * busy one.
 */
const limitSecOf = ({ widthPx, heightPx }: Header): number => 2 + Math.ceil((widthPx * heightPx) / 2_000_000);

export function toReduction(header: Header): number {
  let reduction = 1;
  while (Math.max(header.widthPx, header.heightPx) / reduction > maxSearchSidePx) reduction *= 2;
  return reduction;
}

/**
 * Decodes a picture to upright 8-bit sRGB. Transparent pixels become white.
 * @param reduction - original pixels per decoded pixel, along each side
 * @param region - part of the upright original; `null` for all
 * @throws `overloaded` if the time limit has passed, because it may be this machine that is slow; `photo_invalid`
 */
export async function decode(
  bytes: Uint8Array,
  header: Header,
  reduction: number,
  region: Box | null,
  now: () => number = () => performance.now(),
): Promise<Picture> {
  const beganAt = now();
  const refuse = (cause: unknown): never => {
    const isLate = now() - beganAt >= 1000 * limitSecOf(header);
    throw new FaceError(isLate ? 'overloaded' : 'photo_invalid', isLate ? { retryAfterSec: 1 } : null, { cause });
  };
  const how = { header, reduction, region };
  const pixels = await readPixels(bytes, 'error', how).catch(async (error: unknown) => {
    if (!lacksEnd(bytes)) return refuse(error);
    const ended = Buffer.concat([bytes, endOfJpeg]);
    // A warning means that rows are missing, and not only the end marker.
    return readPixels(ended, 'warning', how)
      .catch(refuse)
      .finally(() => ended.fill(0));
  });
  const { data, info } = pixels;
  if (info.channels !== 3) throw new FaceError('internal', { channels: info.channels });
  return { data, widthPx: info.width, heightPx: info.height };
}

const endOfJpeg = Uint8Array.of(0xff, 0xd9);

/** Returns true for a JPEG without its end marker, as some IP cameras send it. */
const lacksEnd = (bytes: Uint8Array): boolean =>
  bytes[0] === 0xff && bytes[1] === 0xd8 && !(bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9);

function readPixels(
  bytes: Uint8Array,
  failOn: 'error' | 'warning',
  { header, reduction, region }: { readonly header: Header; readonly reduction: number; readonly region: Box | null },
) {
  const pipeline = sharp(bytes, { failOn, limitInputPixels: maxPhotoPixels }).autoOrient();
  const { width, height } = region ?? { width: header.widthPx, height: header.heightPx };
  if (region !== null) pipeline.extract({ left: region.x, top: region.y, width, height });
  if (reduction > 1) {
    const toReduced = (sizePx: number): number => Math.max(1, Math.floor(sizePx / reduction));
    pipeline.resize(toReduced(width), toReduced(height), { fit: 'fill' });
  }
  return pipeline
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .timeout({ seconds: limitSecOf(header) })
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
}
