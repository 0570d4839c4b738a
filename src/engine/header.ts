import sharp from 'sharp';
import { maxPhotoBytes } from '../core/concealed.js';
import { FaceError } from '../errors.js';
import { minFaceWidthPx } from './quality-bounds.js';

/** Greatest number of pixels; read from the header, before anything is decoded. */
export const maxPhotoPixels = 40_000_000;

/** What the header of a picture says, once it is one we take. */
export interface Header {
  /** Of the upright picture: a camera's rotation mark is already taken into account. */
  readonly widthPx: number;
  readonly heightPx: number;
}

/*
 * libvips reads dozens of formats and some of them run large or rarely tested code. Only three are ever loaded, here by
 * their first bytes and below by switching the other loaders off, so that neither guard stands alone.
 */
const loaders = ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'];

/** Sets the picture library up for this process: three loaders, no caches, no threads of its own. */
export function prepareDecoder(): void {
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: loaders });
  sharp.cache(false);
  sharp.concurrency(1);
}

const startsWith = (bytes: Uint8Array, at: number, expected: readonly number[]): boolean =>
  expected.every((value, index) => bytes[at + index] === value);

const isJpeg = (bytes: Uint8Array): boolean => startsWith(bytes, 0, [0xff, 0xd8, 0xff]);
const isPng = (bytes: Uint8Array): boolean => startsWith(bytes, 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const isWebp = (bytes: Uint8Array): boolean =>
  startsWith(bytes, 0, [0x52, 0x49, 0x46, 0x46]) && startsWith(bytes, 8, [0x57, 0x45, 0x42, 0x50]);

/**
 * Whether a PNG is animated. The library reads its first frame and does not tell. `acTL` must stand before the first
 * `IDAT`.
 * @see https://www.w3.org/TR/png-3/#acTL-chunk
 */
function isAnimatedPng(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 8 <= bytes.length; at += 12 + view.getUint32(at)) {
    const type = view.getUint32(at + 4);
    if (type === 0x6163544c) return true;
    if (type === 0x49444154) return false;
  }
  return false;
}

/**
 * Reads the header of an encoded picture and refuses what must not be decoded. The file's name and stated type play no
 * part; only its bytes do.
 * @throws FaceError `photo_invalid`, `photo_too_large`, `photo_too_small`, `photo_animated`
 */
export async function readHeader(bytes: Uint8Array): Promise<Header> {
  if (bytes.length > maxPhotoBytes) throw new FaceError('photo_too_large', { bytes: bytes.length });
  if (!isJpeg(bytes) && !isPng(bytes) && !isWebp(bytes)) throw new FaceError('photo_invalid');
  if (isPng(bytes) && isAnimatedPng(bytes)) throw new FaceError('photo_animated');

  // The limit is lifted for the header alone, so that a picture over it is told apart from a broken one.
  const metadata = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((error: unknown) => {
      throw new FaceError('photo_invalid', null, { cause: error });
    });
  if (metadata.pages !== undefined && metadata.pages > 1) throw new FaceError('photo_animated');
  const { width: widthPx, height: heightPx } = metadata.autoOrient;
  if (widthPx * heightPx > maxPhotoPixels) throw new FaceError('photo_too_large', { widthPx, heightPx });
  // The narrowest face that is taken would not fit.
  if (Math.min(widthPx, heightPx) < minFaceWidthPx) throw new FaceError('photo_too_small', { widthPx, heightPx });
  return { widthPx, heightPx };
}
