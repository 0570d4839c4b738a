import type { Box } from '../core/ports.js';
import type { PixelQuality } from './engine.js';
import { type Landmarks, toEyeCentres, toGrey } from './landmarks.js';
import { type Picture, sampleGrid } from './picture.js';

/** Every face is brought to this size first, so that sharpness means the same for a near face and a far one. */
const sizePx = 64;

/** The grey face, 64×64. A large face is averaged down, not picked from: picking would add sharpness that is not there. */
function toGreyFace(picture: Picture, box: Box): Float32Array {
  const grey = new Float32Array(sizePx * sizePx);
  const fine = Math.max(1, Math.ceil(Math.max(box.width, box.height) / sizePx));
  const side = sizePx * fine;
  const stepX = box.width / side;
  const stepY = box.height / side;
  sampleGrid(
    picture,
    {
      columns: side,
      rows: side,
      origin: { x: box.x + stepX / 2 - 0.5, y: box.y + stepY / 2 - 0.5 },
      across: { x: stepX, y: 0 },
      down: { x: 0, y: stepY },
      outside: 'nearest',
    },
    (index, red, green, blue) => {
      const row = Math.floor(index / side / fine);
      const column = Math.floor((index % side) / fine);
      grey[row * sizePx + column] += toGrey(red, green, blue) / (fine * fine);
    },
  );
  return grey;
}

function toMoments(values: Float32Array): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, variance };
}

/** Each pixel's difference from its four neighbours, borders left out. @see https://doi.org/10.1109/ICPR.2000.903548 */
function toLaplacian(grey: Float32Array): Float32Array {
  const inner = sizePx - 2;
  const laplacian = new Float32Array(inner * inner);
  for (let y = 1; y <= inner; y += 1) {
    for (let x = 1; x <= inner; x += 1) {
      const at = y * sizePx + x;
      laplacian[(y - 1) * inner + x - 1] =
        grey[at - 1] + grey[at + 1] + grey[at - sizePx] + grey[at + sizePx] - 4 * grey[at];
    }
  }
  return laplacian;
}

/**
 * Measures the pixels of a face.
 * @param scale - pixels of the original to one of this picture: widths are told in the original's
 */
export function measureQuality(picture: Picture, box: Box, landmarks: Landmarks, scale: number): PixelQuality {
  const [left, right] = toEyeCentres(landmarks);
  const grey = toGreyFace(picture, box);
  const level = toMoments(grey);
  const sharpness = toMoments(toLaplacian(grey)).variance;
  grey.fill(0);
  return {
    faceWidthPx: box.width * scale,
    eyeDistancePx: Math.hypot(right.x - left.x, right.y - left.y) * scale,
    sharpness,
    brightness: level.mean,
    contrast: Math.sqrt(level.variance),
  };
}
