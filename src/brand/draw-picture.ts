import sharp from 'sharp';
import type { PictureName } from './brand.js';
import { refuse, type TakenPicture } from './picture.js';
import { findSvgProblem, looksLikeSvg, maxSvgBytes } from './svg.js';

const maxPixels = 16_000_000;
const leastSidePx = 16;

/** Maximum sizes in pixels, twice as large as displayed. */
const boxes = {
  logo: { width: 400, height: 80 },
  logoDark: { width: 400, height: 80 },
  icon: { width: 128, height: 128 },
} as const satisfies Record<PictureName, { width: number; height: number }>;

/** Chosen so that three pictures fit one record of every state store. */
const maxPngBytes = 48 * 1024;

/** Other formats that the image library supports are refused unread. */
function isPngOrWebp(bytes: Buffer): boolean {
  const start = bytes.toString('latin1', 0, 12);
  return start.startsWith('\x89PNG\r\n\x1a\n') || /^RIFF[\s\S]{4}WEBP/.test(start);
}

export async function drawPicture(name: PictureName, bytes: Buffer): Promise<TakenPicture> {
  if (isPngOrWebp(bytes)) return render(name, bytes, 'pixels');
  if (!looksLikeSvg(bytes)) return refuse('picture_unreadable', 'expected a PNG, WebP or SVG picture');
  if (bytes.length > maxSvgBytes) return refuse('picture_too_large', 'expected an SVG of at most 128 kB');
  const unsafe = findSvgProblem(bytes);
  return unsafe === null ? render(name, bytes, 'svg') : refuse('picture_unsafe', `this SVG is not taken: ${unsafe}`);
}

/** @throws an error if the picture is damaged */
export async function render(name: PictureName, bytes: Buffer, kind: 'svg' | 'pixels'): Promise<TakenPicture> {
  const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata();
  if (width * height > maxPixels) return refuse('picture_too_large', 'expected at most 16 megapixels');
  if (kind === 'pixels' && Math.min(width, height) < leastSidePx)
    return refuse('picture_unreadable', `expected at least ${leastSidePx} pixels on each side`);
  const box = boxes[name];
  const density = kind === 'svg' ? 72 * Math.min(box.width / width, box.height / height) : 72;
  const pipeline = sharp(bytes, {
    failOn: 'error',
    limitInputPixels: maxPixels,
    density: Math.min(Math.max(density, 1), 10_000),
  })
    .autoOrient()
    .resize({
      ...box,
      fit: name === 'icon' ? 'contain' : 'inside',
      withoutEnlargement: kind === 'pixels' && name !== 'icon',
      background: { r: 0, g: 0, b: 0, alpha: 0 },
    })
    .toColourspace('srgb')
    .ensureAlpha();
  const full = await pipeline.clone().png({ compressionLevel: 9 }).toBuffer();
  const png = full.length <= maxPngBytes ? full : await pipeline.png({ compressionLevel: 9, palette: true }).toBuffer();
  const drawn = sharp(png);
  const { channels } = await drawn.stats();
  if (channels.at(3)?.max === 0) return refuse('picture_unreadable', 'nothing is seen on it');
  const { width: widthPx, height: heightPx } = await drawn.metadata();
  return { outcome: 'drawn', picture: { png: png.toString('base64'), widthPx, heightPx } };
}
