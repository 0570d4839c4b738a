import type { Chance } from '../../evidence/statistics/chance.js';
import type { Picture, Point } from '../../src/engine/picture.js';
import { type Head, toMiddle } from './head.js';
import { recolour } from './raster.js';

// Looked up once: under the test runner every look at a global is slow, and these are asked for at each pixel.
const { abs, cos, exp, max, min, sin, PI } = Math;

/** How a picture of head and shoulders is printed; lengths in pixels of the frame. */
export interface Printing {
  /** From one halftone dot to the next. */
  readonly dotPx: number;
  /** Whether the white edge of the paper is left. */
  readonly hasEdge: boolean;
  /** Where a lamp shines on the paper, `null` where it is matt. */
  readonly glare: Point | null;
}

/** The screens of the three inks, turned against each other as printers turn them. */
const inkAngles = [15, 75, 45].map((degrees) => (degrees * Math.PI) / 180);

/** Half the paper's width and height, in eye distances, and how much of it is white edge. */
export const paper = { halfWidth: 2.1, halfHeight: 2.6, edge: 0.1 } as const;

/**
 * Paper: dots of ink that are larger where the picture is darker, white paper and black ink as paper has them, a white
 * edge, and the shine of a lamp. The camera does not resolve every dot: two thirds of the dots' contrast is left.
 */
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
    // Fewer dots than tones: what the eye and the camera see is mostly the mean of the dots.
    return 25 + 205 * (0.75 * tone + 0.25 * dot) + shine;
  });
}

/** Where a lamp happens to shine. */
export const drawGlare = (victim: Head, chance: Chance): Point => ({
  x: toMiddle(victim).x + victim.eyeDistancePx * chance.normal(),
  y: toMiddle(victim).y + victim.eyeDistancePx * chance.normal(),
});

/** How a display shows a picture. */
export interface Display {
  /** From one of its pixels to the next, in pixels of the frame: near 1, the two grids beat slowly. */
  readonly pixelPx: number;
  readonly hasBezel: boolean;
  /** The exponent the display bends the tones by: 1 leaves them, more darkens the middle ones. */
  readonly gamma: number;
  /** What the display shines with where it shows black, 0 to 255. */
  readonly blackLevel: number;
}

/**
 * A display: stripes of red, green and blue that the camera's own pixels beat with, a glow of black, bluer than the room,
 * and a black bezel.
 */
export function showOnDisplay(
  { picture, victim }: { readonly picture: Picture; readonly victim: Head },
  { pixelPx, hasBezel, gamma, blackLevel }: Display,
  chance: Chance,
): Picture {
  const middle = toMiddle(victim);
  const unit = victim.eyeDistancePx;
  const [phaseX, phaseY] = [chance.below(628) / 100, chance.below(628) / 100];
  // Nobody holds a display quite level before a camera.
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
