import type { Box } from '../../core/face.js';
import { type Landmarks, toEyeCentres } from './landmarks.js';
import type { Picture, Point } from './picture.js';

export type Rgb = readonly [number, number, number];

/** Left and right are as seen in the picture. */
export const lightRegions = [
  'leftCheek',
  'rightCheek',
  'leftFlank',
  'rightFlank',
  'bridge',
  'noseBase',
  'chin',
  'forehead',
] as const;
export type LightRegion = (typeof lightRegions)[number];

/** Mean colors by area. A color is `null` if too little of its area is visible or well exposed. */
export interface LightReading {
  readonly regions: Readonly<Record<LightRegion, Rgb | null>>;
  readonly background: Rgb | null;
  /** Mean colors of the face's pixels in eight groups by brightness, darkest first; empty if unreadable. */
  readonly tones: readonly Rgb[];
}

/**
 * Polygon of each region. Each corner is the index of one of the 68 landmarks, moved up by `up` times the eye distance.
 */
const corners: Readonly<Record<LightRegion, readonly (readonly [index: number, up: number])[]>> = {
  leftCheek: [1, 2, 3, 31, 41].map((index) => [index, 0]),
  rightCheek: [15, 14, 13, 35, 46].map((index) => [index, 0]),
  leftFlank: [27, 30, 31].map((index) => [index, 0]),
  rightFlank: [27, 30, 35].map((index) => [index, 0]),
  bridge: [39, 27, 42, 29].map((index) => [index, 0]),
  noseBase: [31, 33, 35, 52, 50].map((index) => [index, 0]),
  // These corners are near the lip, because the landmarks at the edge of the jaw are the least stable.
  chin: [
    [58, -0.12],
    [57, -0.12],
    [56, -0.12],
    [56, -0.35],
    [58, -0.35],
  ],
  forehead: [
    [18, 0.2],
    [20, 0.2],
    [23, 0.2],
    [25, 0.2],
    [25, 0.6],
    [18, 0.6],
  ],
};

const outline = [0, 2, 4, 6, 8, 10, 12, 14, 16, 26, 24, 19, 17];

const clippedLevel = 250;
const maxClippedShare = 0.3;
/**
 * Maximum share of overexposed pixels in the background. It is higher than for the face, because a lamp or window may
 * be behind the person.
 */
const maxClippedBehind = 0.5;
const darkestLevel = 10;
const minPixels = 12;
const trimmed = 0.1;
const toneCount = 8;
const samples = { region: 150, face: 1200, behind: 1000 } as const;

/** Linear light of each sRGB level. @see https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
const linear = Float32Array.from({ length: 256 }, (_, level) => {
  const value = level / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

function offsetsIn({ widthPx, heightPx }: Picture, polygon: readonly Point[], atMost: number): number[] {
  const ys = polygon.map(({ y }) => y);
  const xs = polygon.map(({ x }) => x);
  const fromY = Math.max(0, Math.ceil(Math.min(...ys)));
  const toY = Math.min(heightPx - 1, Math.floor(Math.max(...ys)));
  const area = (Math.max(...xs) - Math.min(...xs)) * (toY - fromY);
  const step = Math.max(1, Math.floor(Math.sqrt(area / atMost)));
  const offsets: number[] = [];
  for (let y = fromY; y <= toY; y += step) {
    const crossings: number[] = [];
    for (let at = 0; at < polygon.length; at += 1) {
      const a = polygon[at];
      const b = polygon[(at + 1) % polygon.length];
      if (a.y <= y !== b.y <= y) crossings.push(a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x));
    }
    crossings.sort((a, b) => a - b);
    for (let at = 0; at + 1 < crossings.length; at += 2)
      for (let x = Math.max(0, Math.ceil(crossings[at])); x <= Math.min(widthPx - 1, crossings[at + 1]); x += step)
        offsets.push((y * widthPx + x) * 3);
  }
  return offsets;
}

function offsetsBehind({ widthPx, heightPx }: Picture, box: Box): number[] {
  const middleX = box.x + box.width / 2;
  const middleY = box.y + box.height / 2;
  const step = Math.max(1, Math.floor(Math.sqrt((widthPx * heightPx) / (2 * samples.behind))));
  const offsets: number[] = [];
  for (let y = 0; y < Math.min(heightPx, middleY); y += step)
    for (let x = 0; x < widthPx; x += step)
      if (Math.abs(x - middleX) > 0.95 * box.width || Math.abs(y - middleY) > 0.95 * box.height)
        offsets.push((y * widthPx + x) * 3);
  return offsets;
}

function toParts({ data }: Picture, offsets: readonly number[], shares: readonly number[]): readonly Rgb[] {
  const brightness = Float32Array.from(
    offsets,
    (at) => 0.2126 * linear[data[at]] + 0.7152 * linear[data[at + 1]] + 0.0722 * linear[data[at + 2]],
  );
  const sorted = brightness.toSorted();
  const ends = shares.map((share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]);
  const sums = new Float64Array(4 * shares.length);
  for (let index = 0; index < offsets.length; index += 1) {
    let part = 0;
    while (part < ends.length - 1 && brightness[index] >= ends[part]) part += 1;
    const at = offsets[index];
    sums[4 * part] += linear[data[at]];
    sums[4 * part + 1] += linear[data[at + 1]];
    sums[4 * part + 2] += linear[data[at + 2]];
    sums[4 * part + 3] += 1;
  }
  return shares.map((_, part) => {
    const count = sums[4 * part + 3];
    return [sums[4 * part] / count, sums[4 * part + 1] / count, sums[4 * part + 2] / count];
  });
}

function toLight(picture: Picture, offsets: readonly number[], clippedShare: number): Rgb | null {
  const { data } = picture;
  const told = offsets.filter((at) => Math.max(data[at], data[at + 1], data[at + 2]) < clippedLevel);
  if (told.length < Math.max(minPixels, (1 - clippedShare) * offsets.length)) return null;
  const [, light] = toParts(picture, told, [trimmed, 1 - trimmed, 1]);
  return light === undefined || !(Math.min(...light) >= linear[darkestLevel]) ? null : light;
}

const tones = Array.from({ length: toneCount }, (_, at) => (at + 1) / toneCount);

export function readLight(picture: Picture, box: Box, landmarks: Landmarks): LightReading {
  const [left, right] = toEyeCentres(landmarks);
  const unit = Math.hypot(right.x - left.x, right.y - left.y);
  const read = (region: LightRegion): LightReading['regions'][LightRegion] => {
    const polygon = corners[region].map(([index, up]) => ({
      x: landmarks[index].x,
      y: landmarks[index].y - up * unit,
    }));
    return toLight(picture, offsetsIn(picture, polygon, samples.region), maxClippedShare);
  };
  const face = offsetsIn(
    picture,
    outline.map((index) => landmarks[index]),
    samples.face,
  );
  const parts = toParts(picture, face, tones);
  return {
    regions: {
      leftCheek: read('leftCheek'),
      rightCheek: read('rightCheek'),
      leftFlank: read('leftFlank'),
      rightFlank: read('rightFlank'),
      bridge: read('bridge'),
      noseBase: read('noseBase'),
      chin: read('chin'),
      forehead: read('forehead'),
    },
    background: toLight(picture, offsetsBehind(picture, box), maxClippedBehind),
    tones: parts.every((light) => Math.min(...light) > 0) ? parts : [],
  };
}
