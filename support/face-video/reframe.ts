import sharp from 'sharp';
import type { SeededRandom } from '../../src/core/base/chance.js';

const cutShare = 0.06;

/** Crops a picture slightly, as if taken from another position. */
export async function reframe(jpeg: Uint8Array, chance: SeededRandom): Promise<Buffer> {
  const { width, height } = await sharp(jpeg).metadata();
  const share = 1 - (cutShare * (50 + chance.below(51))) / 100;
  const cutWidth = Math.round(width * share);
  const cutHeight = Math.round(height * share);
  const left = chance.below(width - cutWidth + 1);
  const top = chance.below(height - cutHeight + 1);
  const cut = sharp(jpeg).extract({ left, top, width: cutWidth, height: cutHeight });
  return cut.resize(width, height, { fit: 'fill' }).jpeg({ quality: 92 }).toBuffer();
}
