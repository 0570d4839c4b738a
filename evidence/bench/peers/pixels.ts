import sharp from 'sharp';

/** An upright picture of 8-bit RGB pixels, row by row. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

/**
 * Decodes with the library facestep decodes with, so that decoding makes no difference between the libraries.
 * @param border - black added on each side, as a share of the width: some detectors need room around a face
 */
export async function readPixels(photo: Uint8Array, border: number): Promise<Pixels> {
  const upright = sharp(photo).autoOrient().flatten({ background: 'white' }).toColourspace('srgb');
  if (border > 0) {
    const { width } = await sharp(photo).metadata();
    const px = Math.round(width * border);
    upright.extend({ top: px, bottom: px, left: px, right: px, background: 'black' });
  }
  const { data, info } = await upright.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  return { data, widthPx: info.width, heightPx: info.height };
}
