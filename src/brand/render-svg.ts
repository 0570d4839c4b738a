import sharp from 'sharp';

export async function renderSvg(
  svg: Uint8Array,
  { width, height, maxPixels }: { readonly width: number; readonly height: number; readonly maxPixels: number },
): Promise<Buffer | null> {
  const { width: wide, height: high } = await sharp(svg, { limitInputPixels: false }).metadata();
  if (wide * high > maxPixels) return null;
  const density = Math.min(Math.max(72 * Math.min(width / wide, height / high), 1), 10_000);
  return sharp(svg, { failOn: 'error', limitInputPixels: maxPixels, density })
    .resize({ width, height, fit: 'inside' })
    .png()
    .toBuffer();
}
