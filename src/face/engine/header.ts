import sharp from 'sharp';
import { FaceError } from '../../errors.js';
import { maxPhotoPixels, readBounded } from './picture-header.js';
import { minFaceWidthPx } from './quality-bounds.js';

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
