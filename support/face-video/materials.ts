import type { SeededRandom } from '../../src/core/base/chance.js';
import type { Picture, Point } from '../../src/face/engine/picture.js';
import { type Head, toMiddle } from './head.js';
import { recolour } from './raster.js';

const { abs, cos, exp, max, min, sin, PI } = Math;

export interface Printing {
  readonly dotPx: number;
  readonly hasEdge: boolean;
  /** Center of a lamp's reflection; `null` for matt paper. */
  readonly glare: Point | null;
}

/** Screen angles of the three inks, as in printing. */
const inkAngles = [15, 75, 45].map((degrees) => (degrees * Math.PI) / 180);

/** Half width and height of the paper and its white edge, in eye distances. */
export const paper = { halfWidth: 2.1, halfHeight: 2.6, edge: 0.1 } as const;

/** Prints a picture with halftone dots, a white edge, and a lamp's reflection. */
export function printOut(victim: Head, { dotPx, hasEdge, glare }: Printing): Picture {
  const middle = toMiddle(victim);
  const unit = victim.eyeDistancePx;
  const turn = (2 * PI) / dotPx;
  const screens = inkAngles.map((angle) => ({ across: turn * cos(angle), down: turn * sin(angle) }));
  return recolour(victim.frame, (value, x, y, channel) => {
    const isEdge =
      abs(x - middle.x) > (paper.halfWidth - paper.edge) * unit ||
      abs(y - middle.y) > (paper.halfHeight - paper.edge) * unit;
    if (hasEdge && isEdge) return 235;
    const { across, down } = screens[channel];
    const screen = 0.5 + 0.25 * (cos(across * x + down * y) + cos(across * y - down * x));
    const tone = value / 255;
    const dot = min(1, max(0, 0.5 + 3 * (tone - screen)));
    const shine = glare === null ? 0 : 70 * exp(-((x - glare.x) ** 2 + (y - glare.y) ** 2) / (2 * (0.6 * unit) ** 2));
    // Eye and camera mostly see the mean of the dots.
    return 25 + 205 * (0.75 * tone + 0.25 * dot) + shine;
  });
}

export const drawGlare = (victim: Head, chance: SeededRandom): Point => ({
  x: toMiddle(victim).x + victim.eyeDistancePx * chance.normal(),
  y: toMiddle(victim).y + victim.eyeDistancePx * chance.normal(),
});

export interface Display {
  /** Width of a display's pixel, in pixels of the frame. Near 1, the moiré pattern is coarse. */
  readonly pixelPx: number;
  readonly hasBezel: boolean;
  readonly gamma: number;
  readonly blackLevel: number;
}

/** Shows a picture on a display with RGB stripes and moiré, a bluish black level and a black bezel. */
export function showOnDisplay(
  { picture, victim }: { readonly picture: Picture; readonly victim: Head },
  { pixelPx, hasBezel, gamma, blackLevel }: Display,
  chance: SeededRandom,
): Picture {
  const middle = toMiddle(victim);
  const unit = victim.eyeDistancePx;
  const phaseX = chance.below(628) / 100;
  const phaseY = chance.below(628) / 100;
  // Displays are never held quite level.
  const tilt = 0.03 * chance.normal();
  const turn = (2 * PI) / pixelPx;
  const tones = Float32Array.from({ length: 256 }, (_, value) => 255 * (value / 255) ** gamma);
  return recolour(picture, (value, x, y, channel) => {
    const isBezel = abs(x - middle.x) > 1.95 * unit || abs(y - middle.y) > 2.45 * unit;
    if (hasBezel && isBezel) return 12;
    const stripes = cos(turn * (x + tilt * y) + phaseX + (channel * 2 * PI) / 3);
    const rows = cos(turn * (y - tilt * x) + phaseY);
    const glow = blackLevel * (channel === 2 ? 1.6 : 1);
    return (glow + (1 - blackLevel / 255) * tones[value]) * (1 + 0.06 * stripes + 0.03 * rows);
  });
}
