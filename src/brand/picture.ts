import type { OutputInfo } from 'sharp';
import type { BrandPicture, PictureName } from './brand.js';
import { drawSvg } from './draw-svg.js';
import type { BrandProblem } from './replies.js';
import { looksLikeSvg, maxSvgBytes } from './svg.js';

const maxPictureBytes = 1024 * 1024;

const maxPixels = 16_000_000;
const leastSidePx = 16;
const timeoutSec = 5;

/** Maximum sizes in pixels, twice as large as displayed. */
const boxes = {
  logo: { width: 400, height: 80 },
  logoDark: { width: 400, height: 80 },
  icon: { width: 128, height: 128 },
} as const satisfies Record<PictureName, { width: number; height: number }>;

/** Chosen so that three pictures fit one record of every state store. */
const maxPngBytes = 48 * 1024;

export type TakenPicture = { readonly picture: BrandPicture } | { readonly problem: BrandProblem };

type Kind = 'svg' | 'pixels';

const loadSharp = async () => (await import('sharp')).default;

/** Renders a PNG, WebP or SVG to a new PNG, so that nothing but the pixels remains of the uploaded file. */
export async function takePicture(name: PictureName, bytes: Uint8Array): Promise<TakenPicture> {
  const refuse = (code: BrandProblem['code'], reason: string): TakenPicture => ({
    problem: { field: name, code, reason },
  });
  if (bytes.length > maxPictureBytes) return refuse('picture_too_large', 'expected a file of at most 1 MB');
  const kind = kindOf(bytes);
  if (kind === null) return refuse('picture_unreadable', 'expected a PNG, WebP or SVG picture');
  if (kind === 'svg' && bytes.length > maxSvgBytes)
    return refuse('picture_too_large', 'expected an SVG of at most 128 kB');
  const drawnOnce = kind === 'svg' ? await drawSvg(bytes, { ...boxes[name], maxPixels }) : { png: bytes };
  if ('unsafe' in drawnOnce) return refuse('picture_unsafe', `this SVG is not taken: ${drawnOnce.unsafe}`);
  if ('problem' in drawnOnce)
    return drawnOnce.problem === 'too_large'
      ? refuse('picture_too_large', 'expected at most 16 megapixels')
      : refuse('picture_unreadable', 'the picture is damaged, or takes too long to render');
  const { png: pixels } = drawnOnce;
  const sharp = await loadSharp();
  try {
    const { width, height } = await sharp(pixels, { limitInputPixels: maxPixels }).metadata();
    if (width * height > maxPixels) return refuse('picture_too_large', 'expected at most 16 megapixels');
    if (kind === 'pixels' && Math.min(width, height) < leastSidePx)
      return refuse('picture_unreadable', `expected at least ${leastSidePx} pixels on each side`);
    const drawn = await draw(name, pixels);
    const { channels } = await sharp(drawn.data).stats();
    if (channels.at(3)?.max === 0) return refuse('picture_unreadable', 'nothing is seen on it');
    const { width: widthPx, height: heightPx } = drawn.info;
    return { picture: { png: drawn.data.toString('base64'), widthPx, heightPx } };
  } catch (error) {
    return error instanceof Error && /pixel limit/.test(error.message)
      ? refuse('picture_too_large', 'expected at most 16 megapixels')
      : refuse('picture_unreadable', 'the picture is damaged, or takes too long to render');
  }
}

/**
 * Takes the pictures of a brand concurrently. Problems are in the order of the form.
 * @param take - returns `null` for a picture that the brand does not have
 */
export async function takePictures(take: (name: PictureName) => Promise<TakenPicture | null>) {
  const taken = await Promise.all([take('logo'), take('logoDark'), take('icon')]);
  const [logo, logoDark, icon] = taken.map((each) => (each !== null && 'picture' in each ? each.picture : null));
  const problems = taken.flatMap((each) => (each !== null && 'problem' in each ? [each.problem] : []));
  return { pictures: { logo: logo ?? null, logoDark: logoDark ?? null, icon: icon ?? null }, problems };
}

/** Returns the kind of a picture. Other formats that the image library supports are refused unread. */
function kindOf(bytes: Uint8Array): Kind | null {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (start.startsWith('\x89PNG\r\n\x1a\n') || /^RIFF[\s\S]{4}WEBP/.test(start)) return 'pixels';
  return looksLikeSvg(bytes) ? 'svg' : null;
}

async function draw(
  name: PictureName,
  pixels: Uint8Array,
): Promise<{ readonly data: Buffer; readonly info: OutputInfo }> {
  const sharp = await loadSharp();
  const pipeline = sharp(pixels, { failOn: 'error', limitInputPixels: maxPixels })
    .timeout({ seconds: timeoutSec })
    .autoOrient()
    .resize({
      ...boxes[name],
      fit: name === 'icon' ? 'contain' : 'inside',
      withoutEnlargement: name !== 'icon',
      background: { r: 0, g: 0, b: 0, alpha: 0 },
    })
    .toColourspace('srgb')
    .ensureAlpha();
  const drawn = await pipeline.clone().png({ compressionLevel: 9 }).toBuffer({ resolveWithObject: true });
  if (drawn.data.length <= maxPngBytes) return drawn;
  return pipeline.png({ compressionLevel: 9, palette: true }).toBuffer({ resolveWithObject: true });
}
