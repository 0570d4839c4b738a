import sharp from 'sharp';
import { maxPhotoBytes } from '../core/concealed.js';
import { FaceError } from '../errors.js';
import { type PictureHeader, readPictureHeader } from './picture-header.js';
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

/** Greatest number of pixels of each kind that is decoded at its full size, whatever size is wanted. */
const maxWholePixels = 16_000_000;
const maxDeepPixels = 4_000_000;
const maxInterlacedPixels = 2_000_000;
/** Greatest number of pixels that all scans of a JPEG pass over. */
const maxScannedPixels = 160_000_000;
/** Greatest number of pixels of a picture that the capture page took with the camera. */
export const maxFramePixels = 4_000_000;

/** Returns how many pixels a picture may have. Only a JPEG of one scan is decoded at the size that is wanted. */
function maxPixelsOf({ format, bitDepth, isInterlaced, scans }: PictureHeader): number {
  if (isInterlaced) return maxInterlacedPixels;
  if (bitDepth > 8) return maxDeepPixels;
  if (format === 'jpeg' && scans === 1) return maxPhotoPixels;
  return Math.min(maxWholePixels, maxScannedPixels / scans);
}

/** @throws FaceError `photo_invalid`, `photo_too_large`, `photo_animated` */
function readBounded(bytes: Uint8Array): PictureHeader {
  if (bytes.length > maxPhotoBytes) throw new FaceError('photo_too_large', { bytes: bytes.length });
  const declared = readPictureHeader(bytes);
  if (declared === null || (declared.format === 'jpeg' && declared.bitDepth !== 8))
    throw new FaceError('photo_invalid');
  if (declared.isAnimated) throw new FaceError('photo_animated');
  const { widthPx, heightPx } = declared;
  if (widthPx * heightPx > maxPixelsOf(declared)) throw new FaceError('photo_too_large', { widthPx, heightPx });
  return declared;
}

/**
 * Checks that a picture can be one that the capture page took with the camera, by what it declares.
 * @throws FaceError `photo_invalid`, `photo_too_large`, `photo_animated`
 */
export function checkFrame(bytes: Uint8Array): void {
  const { format, widthPx, heightPx } = readBounded(bytes);
  if (format === 'png') throw new FaceError('photo_invalid');
  if (widthPx * heightPx > maxFramePixels) throw new FaceError('photo_too_large', { widthPx, heightPx });
}

/**
 * Reads the header of an encoded picture and refuses what must not be decoded. The file's name and stated type play no
 * part; only its bytes do.
 * @throws FaceError `photo_invalid`, `photo_too_large`, `photo_too_small`, `photo_animated`
 */
export async function readHeader(bytes: Uint8Array): Promise<Header> {
  const declared = readBounded(bytes);
  const metadata = await sharp(bytes, { limitInputPixels: maxPhotoPixels })
    .metadata()
    .catch((error: unknown) => {
      throw new FaceError('photo_invalid', null, { cause: error });
    });
  if (metadata.pages !== undefined && metadata.pages > 1) throw new FaceError('photo_animated');
  // What the bounds were applied to must be what the library decodes.
  const { format, width, height } = metadata;
  if (format !== declared.format || width !== declared.widthPx || height !== declared.heightPx)
    throw new FaceError('photo_invalid');
  const { width: widthPx, height: heightPx } = metadata.autoOrient;
  // The narrowest face that is taken would not fit.
  if (Math.min(widthPx, heightPx) < minFaceWidthPx) throw new FaceError('photo_too_small', { widthPx, heightPx });
  return { widthPx, heightPx };
}
