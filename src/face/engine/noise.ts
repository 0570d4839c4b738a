import type { Picture } from './picture.js';

export interface NoiseResidual {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
  /**
   * For each pixel of each block: 1 if green is brighter than in neighboring pixels, else 0. Do not copy this array,
   * and wipe it after use.
   */
  readonly signs: Uint8Array<ArrayBuffer>;
}

const blocks = 8;
const blockPx = 16;

export const pixelsOfBlock = blockPx * blockPx;

const [darkest, lightest] = [8, 247];

/**
 * Share of the blocks that are used, those with the least contrast. In the other blocks, texture would count as noise.
 */
const flatShare = 0.25;

const highPassGain = Math.sqrt(1.25);

/**
 * Measures the noise in 64 blocks, which together are a twentieth of the pixels.
 * @returns zeros if the picture is too small
 */
export function measureNoise(picture: Picture): NoiseResidual {
  const { widthPx, heightPx } = picture;
  const signs = new Uint8Array(blocks * blocks * pixelsOfBlock);
  const deviations: number[][] = [[], [], []];
  const [stepX, stepY] = [widthPx / blocks, heightPx / blocks];
  if (Math.min(stepX, stepY) < blockPx + 2) return { red: 0, green: 0, blue: 0, signs };
  for (let block = 0; block < blocks * blocks; block += 1) {
    const left = Math.floor((block % blocks) * stepX + (stepX - blockPx) / 2);
    const top = Math.floor(Math.floor(block / blocks) * stepY + (stepY - blockPx) / 2);
    for (const channel of [0, 1, 2]) {
      const into = channel === 1 ? signs.subarray(block * pixelsOfBlock, (block + 1) * pixelsOfBlock) : null;
      const deviation = highPass(picture, { left, top, channel }, into);
      if (deviation !== null) deviations[channel].push(deviation);
    }
  }
  const [red, green, blue] = deviations.map(toFlattest);
  return { red, green, blue, signs };
}

function toFlattest(deviations: readonly number[]): number {
  const flat = [...deviations].sort((one, other) => one - other).slice(0, Math.ceil(deviations.length * flatShare));
  return flat.length === 0 ? 0 : flat.reduce((sum, each) => sum + each, 0) / flat.length;
}

function highPass(
  { data, widthPx }: Picture,
  { left, top, channel }: { readonly left: number; readonly top: number; readonly channel: number },
  signs: Uint8Array | null,
): number | null {
  const row = 3 * widthPx;
  let [mean, squares] = [0, 0];
  for (let y = 0; y < blockPx; y += 1)
    for (let x = 0; x < blockPx; x += 1) {
      const at = (top + y) * row + 3 * (left + x) + channel;
      const around = (data[at - 3] + data[at + 3] + data[at - row] + data[at + row]) / 4;
      const residual = data[at] - around;
      mean += data[at] / pixelsOfBlock;
      squares += residual * residual;
      if (signs !== null) signs[y * blockPx + x] = residual > 0 ? 1 : 0;
    }
  if (mean < darkest || mean > lightest) return null;
  return Math.sqrt(squares / pixelsOfBlock) / highPassGain;
}
