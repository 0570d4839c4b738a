import sharp from 'sharp';
import { FaceError } from '../errors.js';
import { maxPhotoPixels, readBounded } from './picture-bounds.js';
import { minFaceWidthPx } from './quality-bounds.js';

export interface Header {
  /** Upright: EXIF orientation is applied. */
  readonly widthPx: number;
  readonly heightPx: number;
}

/*
 * libvips reads dozens of formats, some with large or rarely tested code. Only three are enabled: checked by their
 * first bytes, and by disabling all other loaders.
 */
const loaders = ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'];

/** Configures the picture library of this process: three loaders, no caches, no threads. */
export function prepareDecoder(): void {
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: loaders });
  sharp.cache(false);
  sharp.concurrency(1);
}

/**
 * Reads a picture's header and refuses what must not be decoded. Ignores file name and media type.
 * @throws `photo_invalid`, `photo_too_large`, `photo_too_small`, `photo_animated`
 */
export async function readHeader(bytes: Uint8Array): Promise<Header> {
  const declared = readBounded(bytes);
  const metadata = await sharp(bytes, { limitInputPixels: maxPhotoPixels })
    .metadata()
    .catch((error: unknown) => {
      throw new FaceError('photo_invalid', null, { cause: error });
    });
  if (metadata.pages !== undefined && metadata.pages > 1) throw new FaceError('photo_animated');
  // The library must decode the size that was checked.
  const { format, width, height } = metadata;
  if (format !== declared.format || width !== declared.widthPx || height !== declared.heightPx)
    throw new FaceError('photo_invalid');
  const { width: widthPx, height: heightPx } = metadata.autoOrient;
  // Too small for the minimum face.
  if (Math.min(widthPx, heightPx) < minFaceWidthPx) throw new FaceError('photo_too_small', { widthPx, heightPx });
  return { widthPx, heightPx };
}
