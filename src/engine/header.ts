import sharp from 'sharp';
import { FaceError } from '../errors.js';
import { maxPhotoPixels, readBounded } from './picture-bounds.js';
import { minFaceWidthPx } from './quality-bounds.js';

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
