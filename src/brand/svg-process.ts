import { buffer } from 'node:stream/consumers';
import sharp from 'sharp';

/*
 * A process of its own that draws one SVG: from standard input, as a PNG that fits the box of its arguments, to standard
 * output. It ends with 2 where the picture says it is too large, and with 1 where it cannot be drawn.
 */

const [width = 1, height = 1, maxPixels = 1] = process.argv.slice(2).map(Number);
const bytes = await buffer(process.stdin);
const { width: wide, height: high } = await sharp(bytes, { limitInputPixels: false }).metadata();
if (wide * high > maxPixels) process.exit(2);
const density = Math.min(Math.max(72 * Math.min(width / wide, height / high), 1), 10_000);
const drawn = await sharp(bytes, { failOn: 'error', limitInputPixels: maxPixels, density })
  .resize({ width, height, fit: 'inside' })
  .png()
  .toBuffer();
process.stdout.write(drawn);
