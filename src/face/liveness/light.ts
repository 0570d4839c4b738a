import { type ScreenLight, toLinear } from '../../core/screen-light.js';
import type { Embedding } from '../../core/secrets.js';
import { type LightReading, type LightRegion, lightRegions, type Rgb } from '../engine/light.js';
import { cosineOf } from '../verifier/embeddings.js';

/*
 * Judges screen light by how logarithmic linear light changes between pictures half a second apart: exposure and skin
 * color cancel out. Based on Tang et al., Face Flashing (NDSS 2018), and Liu et al., Aurora Guard (arXiv 1902.10311).
 * Measurements are in docs/light.md.
 */

export interface LitReading {
  readonly light: ScreenLight;
  readonly reading: LightReading;
}

export interface LitFrame extends LitReading {
  readonly texture: Embedding;
}

export type LitPair = readonly [LitReading, LitReading];

export interface LightFinding {
  readonly gain: number;
  /**
   * Correlation of the face's response with the requested colors, at most 1. It is 0 on average for a random sequence.
   */
  readonly match: number;
  /**
   * Response of the background to screen light, relative to the face's response; `null` if the background is not
   * visible.
   */
  readonly falloff: number | null;
  /** 1 for skin and paper; 0 for glass, which adds the same light everywhere. */
  readonly material: number | null;
  /**
   * Difference between the nose's left and right sides under split screens, divided by the gain. `null` for halves one
   * above the other, under which people and prints overlap.
   */
  readonly normals: number | null;
}

const combine = (a: Rgb, b: Rgb, how: (x: number, y: number) => number): Rgb => [
  how(a[0], b[0]),
  how(a[1], b[1]),
  how(a[2], b[2]),
];
const minus = (a: Rgb, b: Rgb): Rgb => combine(a, b, (x, y) => x - y);
const dot = (a: Rgb, b: Rgb): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const toMean = (values: readonly number[]): number => total(values) / values.length;
const luminanceOf = ([red, green, blue]: Rgb): number => 0.2126 * red + 0.7152 * green + 0.0722 * blue;

function toChroma(values: Rgb): Rgb {
  const mean = (values[0] + values[1] + values[2]) / 3;
  return [values[0] - mean, values[1] - mean, values[2] - mean];
}

const toChange = (from: Rgb, to: Rgb): Rgb =>
  toChroma([Math.log(to[0] / from[0]), Math.log(to[1] / from[1]), Math.log(to[2] / from[2])]);

interface Answer {
  readonly pair: LitPair;
  readonly asked: Rgb;
  /** Mean change of the regions. */
  readonly face: Rgb;
  readonly behind: Rgb | null;
}

const none: Rgb = [0, 0, 0];

function toAnswer(pair: LitPair): Answer {
  const [{ light: first, reading: from }, { light: second, reading: to }] = pair;
  const changes = lightRegions.flatMap((region) => {
    const before = from.regions[region];
    const after = to.regions[region];
    return before === null || after === null ? [] : [toChange(before, after)];
  });
  const mean = (channel: 0 | 1 | 2): number => toMean(changes.map((change) => change[channel]));
  const face: Rgb = changes.length === 0 ? none : [mean(0), mean(1), mean(2)];
  const { background: before } = from;
  const { background: after } = to;
  const behind = before === null || after === null ? null : toChange(before, after);
  const asked = toChroma(minus(toLinear(second.first), toLinear(first.first)));
  return { pair, asked, face, behind };
}

function toGain(answers: readonly Answer[], read: (answer: Answer) => Rgb): number {
  return (
    total(answers.map((each) => dot(read(each), each.asked))) / total(answers.map(({ asked }) => dot(asked, asked)))
  );
}

function toMatch(answers: readonly Answer[]): number {
  const length = (read: (answer: Answer) => Rgb): number =>
    Math.sqrt(total(answers.map((each) => dot(read(each), read(each)))));
  const lengths = length(({ face }) => face) * length(({ asked }) => asked);
  return lengths === 0 ? 0 : total(answers.map(({ face, asked }) => dot(face, asked))) / lengths;
}

function toFalloff(answers: readonly Answer[]): number | null {
  const told = answers.filter(({ behind }) => behind !== null);
  if (told.length < 2) return null;
  return toGain(told, ({ behind }) => behind ?? none) / toGain(told, ({ face }) => face);
}

function toLine(places: readonly number[], values: readonly number[]): readonly [at0: number, slope: number] {
  const x = toMean(places);
  const y = toMean(values);
  const spread = total(places.map((place) => (place - x) ** 2));
  const slope = spread === 0 ? 0 : total(places.map((place, at) => (place - x) * (values[at] - y))) / spread;
  return [y - slope * x, slope];
}

function toMaterial(answers: readonly Answer[]): number | null {
  const count = Math.min(...answers.flatMap(({ pair }) => pair.map(({ reading }) => reading.tones.length)));
  if (count === 0) return null;
  const squares = total(answers.map(({ asked }) => dot(asked, asked)));
  const tones = Array.from({ length: count }, (_, tone) => {
    const gains = answers.map(({ pair: [from, to], asked }) =>
      dot(toChange(from.reading.tones[tone], to.reading.tones[tone]), asked),
    );
    const brightness = toMean(
      answers.flatMap(({ pair }) => pair.map(({ reading }) => luminanceOf(reading.tones[tone]))),
    );
    return { brightness, added: (total(gains) / squares) * brightness };
  });
  const [always, more] = toLine(
    tones.map(({ brightness }) => brightness),
    tones.map(({ added }) => added),
  );
  const mean = toMean(tones.map(({ brightness }) => brightness));
  return (more * mean) / (always + more * mean);
}

/**
 * Regions of the nose toward the first and the second half of a split screen. The picture is not mirrored: the person's
 * left is on its right.
 */
const sidesOfNose = ['rightFlank', 'leftFlank'] as const satisfies readonly LightRegion[];

/**
 * Compares the light on both sides of the nose under a split screen and under its swapped version. The sides of a nose
 * face opposite ways, but even a bent sheet faces nearly one way. `null` if a side is not visible.
 */
function toNormals([first, second]: LitPair, gain: number): number | null {
  if (first.light.axis === 'down') return null;
  const asked = toChroma(minus(toLinear(first.light.first), toLinear(first.light.second)));
  const [one, other] = sidesOfNose.map((region) => {
    const before = second.reading.regions[region];
    const after = first.reading.regions[region];
    return before === null || after === null ? null : dot(toChange(before, after), asked) / dot(asked, asked);
  });
  return one == null || other == null ? null : (one - other) / gain;
}

/** Analyzes the light of a challenge. @param pairs - one per pose */
export function findLight(pairs: readonly LitPair[], halves: LitPair): LightFinding {
  const answers = pairs.map(toAnswer);
  const gain = toGain(answers, ({ face }) => face);
  return {
    gain,
    match: toMatch(answers),
    falloff: toFalloff(answers),
    material: toMaterial(answers),
    normals: toNormals(halves, gain),
  };
}

/** Returns the lowest texture similarity (cosine) to the other frames. */
export const toLeastAlike = (shown: LitFrame, others: readonly LitFrame[]): number =>
  Math.min(...others.map(({ texture }) => cosineOf(shown.texture, texture)));
