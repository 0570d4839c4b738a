import { maxPhotoBytes } from '../core/concealed.js';
import { FaceError } from '../errors.js';
import { type PictureHeader, readPictureHeader } from './picture-header.js';

export const maxPhotoPixels = 40_000_000;

const maxWholePixels = 16_000_000;
const maxDeepPixels = 4_000_000;
const maxInterlacedPixels = 2_000_000;
const maxScannedPixels = 160_000_000;
const maxFramePixels = 4_000_000;

function maxPixelsOf({ format, bitDepth, isInterlaced, scans }: PictureHeader): number {
  if (isInterlaced) return maxInterlacedPixels;
  if (bitDepth > 8) return maxDeepPixels;
  if (format === 'jpeg' && scans === 1) return maxPhotoPixels;
  return Math.min(maxWholePixels, maxScannedPixels / scans);
}

export function readBounded(bytes: Uint8Array): PictureHeader {
  if (bytes.length > maxPhotoBytes) throw new FaceError('photo_too_large', { bytes: bytes.length });
  const declared = readPictureHeader(bytes);
  if (declared === null || (declared.format === 'jpeg' && declared.bitDepth !== 8))
    throw new FaceError('photo_invalid');
  if (declared.isAnimated) throw new FaceError('photo_animated');
  const { widthPx, heightPx } = declared;
  if (widthPx * heightPx > maxPixelsOf(declared)) throw new FaceError('photo_too_large', { widthPx, heightPx });
  return declared;
}

/** Refuses pictures that the capture page cannot have taken. Only the picture's header is read. */
export function checkFrame(bytes: Uint8Array): void {
  const { format, widthPx, heightPx } = readBounded(bytes);
  if (format === 'png') throw new FaceError('photo_invalid');
  if (widthPx * heightPx > maxFramePixels) throw new FaceError('photo_too_large', { widthPx, heightPx });
}
