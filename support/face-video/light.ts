import type { SeededRandom } from '../../src/core/base/chance.js';
import { type ScreenAxis, toLinear } from '../../src/core/screen-light.js';
import type { Point } from '../../src/face/engine/picture.js';
import { cameraDistance } from './head.js';
import { lightOfLevel } from './linear.js';
import { type Canvas, material, type Spot } from './raster.js';
import { blockPx, type Relief, toRelief } from './relief.js';

// Local copies, because Jest makes global lookups slow and these run for each pixel.
const { exp, hypot, max, min, PI, tan } = Math;

export interface Shone {
  readonly light: Float32Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

export interface Shown {
  readonly axis: ScreenAxis;
  readonly first: `#${string}`;
  readonly second: `#${string}`;
}

/**
 * Centers of the screen's halves relative to the camera, in eye distances (63 mm): x to the right in the frame, y down.
 */
export type ScreenHalves = readonly [Point, Point];

export interface Lighting {
  /** Light of a white screen on the face, relative to room light: about 0.02 to 0.3. */
  readonly gain: number;
  /** Light of the screen on the room, relative to that on the face, which is closer. */
  readonly falloff: number;
  /** Share of light that glass mirrors. */
  readonly reflectance: number;
  /** Share of mirrored light that smears and a matt finish scatter over the glass. */
  readonly haze: number;
  /** Tilt of the glass in degrees, in addition to the movement. */
  readonly glassTilt: Point;
}

/** Draws realistic values. Glass mirrors 1 to 5 % of the light (bare glass: 4 %). */
export const drawLighting = (gain: number, chance: SeededRandom): Lighting => ({
  gain,
  falloff: 0.03 + (0.27 * chance.below(1000)) / 1000,
  reflectance: 0.01 + (0.04 * chance.below(1000)) / 1000,
  haze: 0.05 + (0.25 * chance.below(1000)) / 1000,
  glassTilt: { x: 3 * chance.normal(), y: 3 * chance.normal() },
});

/**
 * Centers of the halves of a laptop screen 34 cm wide with a camera above, and of a phone 14 cm high. The first half is
 * on the person's left.
 */
const halves = {
  across: [
    { x: 1.35, y: 1.6 },
    { x: -1.35, y: 1.6 },
  ],
  down: [
    { x: 0, y: 0.8 },
    { x: 0, y: 2.5 },
  ],
} as const satisfies Record<ScreenAxis, ScreenHalves>;

function fall(half: Point, at: Spot, normal: Spot): number {
  const x = half.x - at.x;
  const y = half.y - at.y;
  const z = cameraDistance - at.z;
  const distance = hypot(x, y, z);
  return max(0, (normal.x * x + normal.y * y + normal.z * z) / distance) / distance ** 2;
}

const tip: Spot = { x: 0, y: 0, z: 0 };
const ahead: Spot = { x: 0, y: 0, z: 1 };

/** Returns how much light each block gets from one half of the screen, relative to the center of a frontal face. */
const toField = (relief: Relief, half: Point): Float32Array => {
  const unit = fall(half, tip, ahead);
  return relief.map((at, normal) => fall(half, at, normal) / unit);
};

/**
 * Screen luminance relative to room white at a gain of 1. A screen of 34 × 21 cm at 57 cm covers 0.22 sr, and a white
 * surface emits its irradiance over pi.
 */
const luminanceAtOne = PI / 0.22;

/** Returns the center of the screen's mirror image in tilted glass, in eye distances. */
const toImage = ([first, second]: ScreenHalves, tilt: Point): Point => {
  const moved = (degrees: number): number => -cameraDistance * tan((degrees * PI) / 180);
  return { x: (first.x + second.x) / 4 + moved(tilt.x), y: (first.y + second.y) / 4 + moved(tilt.y) };
};

/** Half width and height of the mirror image, in eye distances. */
const image = { across: { x: 1.35, y: 0.85 }, down: { x: 0.55, y: 0.85 } } as const;

function toGlassTurn(relief: Relief): Point {
  const { x, y, z } = relief.meanNormal;
  return { x: (Math.atan2(x, z) * 180) / PI, y: (Math.atan2(y, z) * 180) / PI };
}

/**
 * Renders a scene in room and screen light, as linear light values. Skin and paper reflect screen light with their own
 * color, by angle and distance of each half. Glass emits light and adds the screen's mirror image. The room reflects
 * less than the face.
 * @param unitPx - length of an eye distance, in pixels
 */
export function shine(
  canvas: Canvas,
  { axis, first, second }: Shown,
  { gain, falloff, reflectance, haze, glassTilt }: Lighting,
  middle: Point,
  unitPx: number,
  places: ScreenHalves = halves[axis],
): Shone {
  const { data, materials, widthPx, heightPx } = canvas;
  const light = new Float32Array(data.length);
  const relief = toRelief(canvas, middle, unitPx);
  const fields = places.map((half) => toField(relief, half));
  const colours = [toLinear(first), toLinear(second)];
  const turn = toGlassTurn(relief);
  const mirrored = toImage(places, { x: turn.x + glassTilt.x, y: turn.y + glassTilt.y });
  const mirror = gain * reflectance * luminanceAtOne;
  const { columns } = relief;
  const shades = [0, 0];
  for (let y = 0, pixel = 0; y < heightPx; y += 1) {
    for (let x = 0; x < widthPx; x += 1, pixel += 1) {
      const what = materials[pixel];
      const isGlass = what === material.glass;
      if (what === material.room) shades.fill(falloff);
      else if (isGlass) {
        const u = (x - middle.x) / unitPx - mirrored.x;
        const v = (y - middle.y) / unitPx - mirrored.y;
        const blob = softBox(u / image[axis].x) * softBox(v / image[axis].y);
        const side = axis === 'across' ? u : -v;
        const share = min(1, max(0, 0.5 + 2 * side));
        shades[0] = 2 * (haze / 2 + (1 - haze) * blob * share);
        shades[1] = 2 * (haze / 2 + (1 - haze) * blob * (1 - share));
      } else for (let at = 0; at < 2; at += 1) shades[at] = readField(fields[at], columns, relief.rows, x, y);
      for (let channel = 0; channel < 3; channel += 1) {
        const own = lightOfLevel[data[pixel * 3 + channel]];
        const screen = (shades[0] * colours[0][channel] + shades[1] * colours[1][channel]) / 2;
        light[pixel * 3 + channel] = isGlass ? own + mirror * screen : own * (1 + gain * screen);
      }
    }
  }
  return { light, widthPx, heightPx };
}

/** Returns 1 within ±1 and 0 outside, with soft edges because the mirror image is out of focus. */
const softBox = (value: number): number => 1 / (1 + exp(12 * (Math.abs(value) - 1)));

function readField(field: Float32Array, columns: number, rows: number, x: number, y: number): number {
  const across = min(columns - 1.001, max(0, (x + 0.5) / blockPx - 0.5));
  const down = min(rows - 1.001, max(0, (y + 0.5) / blockPx - 0.5));
  const left = across | 0;
  const top = down | 0;
  const fx = across - left;
  const fy = down - top;
  const at = top * columns + left;
  return (
    (field[at] * (1 - fx) + field[at + 1] * fx) * (1 - fy) +
    (field[at + columns] * (1 - fx) + field[at + columns + 1] * fx) * fy
  );
}
