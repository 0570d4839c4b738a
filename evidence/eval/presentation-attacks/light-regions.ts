import type { Box } from '../../../src/core/face.js';
import type { Landmarks } from '../../../src/engine/engine.js';
import { toEyeCentres } from '../../../src/engine/landmarks.js';
import type { Picture, Point } from '../../../src/engine/picture.js';
import { lightOfLevel } from '../../../test/face-video/linear.js';

/** Measured parts of a face. Left and right are as in the picture. */
export const faceRegions = ['leftCheek', 'rightCheek', 'leftFlank', 'rightFlank', 'chin', 'forehead'] as const;
export type FaceRegion = (typeof faceRegions)[number];
export type Region = FaceRegion | 'background';

/** Linear red, green and blue of a region, each 0 to 1. */
export type RegionLight = readonly [number, number, number];

/** `null` if too few pixels are left after dark and saturated pixels are removed. */
export type RegionReadings = Readonly<Record<Region, RegionLight | null>>;

const darkest = 20;
const brightest = 250;
const fewestPixels = 40;
/** Share of pixels that is left out as the darkest of a channel. The same share is left out as the brightest. */
const trimmed = 0.1;

/**
 * Factor by which the face's box is enlarged. The background lies outside the enlarged box, next to the face and above
 * it.
 */
const surroundings = 1.9;

/**
 * Returns the outlines of the regions, which the 68 landmarks determine. The chin region avoids the edge of the jaw,
 * where one pixel's offset would read the background.
 */
function toOutlines(points: Landmarks): Readonly<Record<FaceRegion, readonly Point[]>> {
  const pick = (...indices: readonly number[]): readonly Point[] => indices.map((at) => points[at]);
  const [left, right] = toEyeCentres(points);
  const up = { x: right.y - left.y, y: left.x - right.x };
  const above = (share: number): Point[] =>
    points.slice(17, 27).map(({ x, y }) => ({ x: x + share * up.x, y: y + share * up.y }));
  const toLip = (share: number): Point[] =>
    points.slice(6, 11).map(({ x, y }) => ({ x: x + share * (points[57].x - x), y: y + share * (points[57].y - y) }));
  return {
    leftCheek: pick(1, 2, 3, 31, 41),
    rightCheek: pick(15, 14, 13, 35, 46),
    leftFlank: pick(27, 28, 29, 30, 31),
    rightFlank: pick(27, 28, 29, 30, 35),
    chin: [...toLip(0.2), ...toLip(0.75).reverse()],
    forehead: [...above(0.2), ...above(0.6).reverse()],
  };
}

function isInside(outline: readonly Point[], x: number, y: number): boolean {
  let inside = false;
  for (let at = 0, last = outline.length - 1; at < outline.length; last = at, at += 1) {
    const [a, b] = [outline[at], outline[last]];
    if (a.y > y !== b.y > y && x < a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x)) inside = !inside;
  }
  return inside;
}

function readPart(
  { data, widthPx, heightPx }: Picture,
  corners: readonly Point[],
  isPart: (x: number, y: number) => boolean,
): RegionLight | null {
  const of = (along: 'x' | 'y'): readonly number[] => corners.map((corner) => corner[along]);
  const [fromX, toX] = [Math.max(0, Math.ceil(Math.min(...of('x')))), Math.min(widthPx - 1, Math.max(...of('x')))];
  const [fromY, toY] = [Math.max(0, Math.ceil(Math.min(...of('y')))), Math.min(heightPx - 1, Math.max(...of('y')))];
  const counts = [0, 1, 2].map(() => new Uint32Array(256));
  for (let y = fromY; y <= toY; y += 1)
    for (let x = fromX; x <= toX; x += 1)
      if (isPart(x, y))
        for (let channel = 0; channel < 3; channel += 1) counts[channel][data[(y * widthPx + x) * 3 + channel]] += 1;
  const [red, green, blue] = counts.map(trimmedMean);
  return red === null || green === null || blue === null ? null : [red, green, blue];
}

function trimmedMean(counts: Uint32Array): number | null {
  const kept = counts.subarray(darkest, brightest + 1);
  const all = kept.reduce((sum, count) => sum + count, 0);
  if (all < fewestPixels) return null;
  const [from, to] = [all * trimmed, all * (1 - trimmed)];
  let [seen, light] = [0, 0];
  for (const [at, count] of kept.entries()) {
    light += Math.max(0, Math.min(seen + count, to) - Math.max(seen, from)) * lightOfLevel[darkest + at];
    seen += count;
  }
  return light / (to - from);
}

export function readRegions(picture: Picture, box: Box, landmarks: Landmarks): RegionReadings {
  const { widthPx } = picture;
  const outlines = toOutlines(landmarks);
  const read = (region: FaceRegion): RegionLight | null =>
    readPart(picture, outlines[region], (x, y) => isInside(outlines[region], x, y));
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const isBehind = (x: number, y: number): boolean =>
    Math.abs(x - middle.x) > (box.width / 2) * surroundings || middle.y - y > (box.height / 2) * surroundings;
  return {
    leftCheek: read('leftCheek'),
    rightCheek: read('rightCheek'),
    leftFlank: read('leftFlank'),
    rightFlank: read('rightFlank'),
    chin: read('chin'),
    forehead: read('forehead'),
    background: readPart(
      picture,
      [
        { x: 0, y: 0 },
        { x: widthPx - 1, y: middle.y },
      ],
      isBehind,
    ),
  };
}

/** Returns luminance with the weights of ITU-R BT.709. */
export const toLuminance = ([red, green, blue]: RegionLight): number => 0.2126 * red + 0.7152 * green + 0.0722 * blue;

/** Returns each channel's logarithm minus their mean, which does not depend on exposure. */
export function toChroma(light: RegionLight): RegionLight {
  const [red, green, blue] = light.map(Math.log);
  const mean = (red + green + blue) / 3;
  return [red - mean, green - mean, blue - mean];
}
