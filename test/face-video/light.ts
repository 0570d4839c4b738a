import type { Chance } from '../../evidence/statistics/chance.js';
import { type ScreenAxis, toLinear } from '../../src/core/screen-light.js';
import type { Point } from '../../src/engine/picture.js';
import { cameraDistance } from './head.js';
import { lightOfLevel } from './linear.js';
import { type Canvas, material, type Spot } from './raster.js';
import { blockPx, type Relief, toRelief } from './relief.js';

// Looked up once: under the test runner every look at a global is slow, and these are asked for at each pixel.
const { exp, hypot, max, min, PI, tan } = Math;

/** A picture before the camera: red, green and blue of each pixel as light, 0 to 1 where the room's light alone is there. */
export interface Shone {
  readonly light: Float32Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** What a screen shows, of whichever colours. */
export interface Shown {
  readonly axis: ScreenAxis;
  readonly first: `#${string}`;
  readonly second: `#${string}`;
}

/** The centres of a screen's two halves, relative to the camera, in eye distances (63 mm); x points right in the frame, y down. */
export type ScreenHalves = readonly [Point, Point];

/** How the screen's light and what stands before it are to each other: the same for a whole sitting. */
export interface Lighting {
  /** What a white screen adds to the room's light on a face that looks at it, as a share: about .02 to .3. */
  readonly gain: number;
  /** The room's gain over the face's: it is further away. */
  readonly falloff: number;
  /** What glass mirrors of the screen, as a share of what falls on it. */
  readonly reflectance: number;
  /** How much of that is spread over all of the glass, by smears and a matt finish. */
  readonly haze: number;
  /** How the glass is held, in degrees, beside the movement: where it mirrors the screen. */
  readonly glassTilt: Point;
}

/** A room is .03 to .3 as bright as the face, by the screen's light; glass mirrors 1 to 5 % (bare glass: 4 %). */
export const drawLighting = (gain: number, chance: Chance): Lighting => ({
  gain,
  falloff: 0.03 + (0.27 * chance.below(1000)) / 1000,
  reflectance: 0.01 + (0.04 * chance.below(1000)) / 1000,
  haze: 0.05 + (0.25 * chance.below(1000)) / 1000,
  glassTilt: { x: 3 * chance.normal(), y: 3 * chance.normal() },
});

/**
 * The halves of a laptop 34 cm wide with its camera above, and of a phone 14 cm high, which is held at two thirds of this camera's distance. The first half is the left one as
 * the person before it sees it, which is the right one in the frame.
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

/** What falls on a surface from a half: less the more it is turned away, and the further it is. */
function fall(half: Point, at: Spot, normal: Spot): number {
  const [x, y, z] = [half.x - at.x, half.y - at.y, cameraDistance - at.z];
  const distance = hypot(x, y, z);
  return max(0, (normal.x * x + normal.y * y + normal.z * z) / distance) / distance ** 2;
}

const tip: Spot = { x: 0, y: 0, z: 0 };
const ahead: Spot = { x: 0, y: 0, z: 1 };

/** For each block of the frame, what falls there from a half: 1 is what falls on a face's middle that looks ahead. */
const toField = (relief: Relief, half: Point): Float32Array => {
  const unit = fall(half, tip, ahead);
  return relief.map((at, normal) => fall(half, at, normal) / unit);
};

/**
 * A screen's luminance over the room's white, where its light on the face is as strong as the room's: 34 × 21 cm of it, 57 cm
 * away, are .22 of a unit of solid angle, and a white surface sends out the light that falls on it over pi.
 */
const luminanceAtOne = PI / 0.22;

/** The middle of the screen's mirror image in glass that is held so: where the glass looks at the camera. In eye distances. */
const toImage = ([first, second]: ScreenHalves, tilt: Point): Point => {
  const moved = (degrees: number): number => -cameraDistance * tan((degrees * PI) / 180);
  return { x: (first.x + second.x) / 4 + moved(tilt.x), y: (first.y + second.y) / 4 + moved(tilt.y) };
};

/** Half the width and height of the screen's mirror image, in eye distances: half as large as the screen. */
const image = { across: { x: 1.35, y: 0.85 }, down: { x: 0.55, y: 0.85 } } as const;

/** Which way what was drawn looks, in degrees to the right of the frame and down. */
function toGlassTurn(relief: Relief): Point {
  const { x, y, z } = relief.meanNormal;
  return { x: (Math.atan2(x, z) * 180) / PI, y: (Math.atan2(y, z) * 180) / PI };
}

/**
 * What a camera sees of a scene that is lit by the room and by a screen, in linear light. Skin and paper answer with their
 * own colour: I·(1 + gain·S·shade), the shade by the angle to each half of the screen and by the distance. Glass shines by
 * itself and adds the screen's mirror image, whatever it shows. The room answers as the face does, less.
 * @param middle - of the face, in pixels of the frame
 * @param unitPx - an eye distance
 * @param places - of another screen than the usual one of its axis
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
        const [u, v] = [(x - middle.x) / unitPx - mirrored.x, (y - middle.y) / unitPx - mirrored.y];
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

/** 1 inside of ±1, 0 outside, and soft between: the glass is nearer than what it mirrors, and out of focus for it. */
const softBox = (value: number): number => 1 / (1 + exp(12 * (Math.abs(value) - 1)));

/** Reads a field of blocks at a pixel, by bilinear interpolation. */
function readField(field: Float32Array, columns: number, rows: number, x: number, y: number): number {
  const across = min(columns - 1.001, max(0, (x + 0.5) / blockPx - 0.5));
  const down = min(rows - 1.001, max(0, (y + 0.5) / blockPx - 0.5));
  const [left, top] = [across | 0, down | 0];
  const [fx, fy] = [across - left, down - top];
  const at = top * columns + left;
  return (
    (field[at] * (1 - fx) + field[at + 1] * fx) * (1 - fy) +
    (field[at + columns] * (1 - fx) + field[at + columns + 1] * fx) * fy
  );
}
