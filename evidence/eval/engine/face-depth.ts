import type { Point } from '../../../src/engine/picture.js';
import { faceDepth } from '../../../src/liveness/depth.js';
import { toMeanShape, toParallax, toReliefTurn } from '../../../src/liveness/relief.js';
import { toPoseTurn } from '../../../src/liveness/turn.js';
import { keepFigures } from '../keep.js';
import { mirrored } from '../presentation-attacks/landmark-mirror.js';
import { readNaturalPairs } from '../presentation-attacks/natural-pairs.js';
import type { EvalProgram } from '../program.js';

const leastTurn = { yawDeg: 12, pitchDeg: 10 };

/** Returns the unit vector that explains most of the parallax, by power iteration. */
function toFirstPattern(parallaxes: readonly (readonly Point[])[]): number[] {
  let pattern: number[] = Array.from({ length: 68 }, (_, at) => (at === 30 ? 1 : 0));
  for (let round = 0; round < 50; round += 1) {
    const next = new Array<number>(68).fill(0);
    for (const parallax of parallaxes)
      for (const read of [({ x }: Point) => x, ({ y }: Point) => y]) {
        const along = parallax.reduce((sum, point, at) => sum + pattern[at] * read(point), 0);
        for (const [at, point] of parallax.entries()) next[at] += along * read(point);
      }
    const length = Math.hypot(...next);
    pattern = next.map((value) => value / length);
  }
  return pattern;
}

function correlate(pairs: readonly (readonly [number, number])[]): { correlation: number; slope: number } {
  const mean = (read: (pair: readonly [number, number]) => number): number =>
    pairs.reduce((sum, pair) => sum + read(pair), 0) / pairs.length;
  const [x, y] = [mean(([a]) => a), mean(([, b]) => b)];
  const xx = mean(([a]) => (a - x) ** 2);
  const yy = mean(([, b]) => (b - y) ** 2);
  const xy = mean(([a, b]) => (a - x) * (b - y));
  const round = (value: number): number => Number(value.toFixed(3));
  return { correlation: round(xy / Math.sqrt(xx * yy)), slope: round(xy / xx) };
}

/** Fits the depth of the 68 face landmarks, and measures how well the depth detects head turns. */
export const faceDepthTable: EvalProgram = {
  about: 'the table of src/liveness/depth.ts, and how it agrees with the pose model',
  async run(say, out) {
    const pairs = await readNaturalPairs(say);
    const turned = pairs.fit.filter(({ frontal, other }) => {
      const { yawDeg, pitchDeg } = toPoseTurn([frontal.pose], other.pose);
      return Math.abs(yawDeg) > leastTurn.yawDeg || Math.abs(pitchDeg) > leastTurn.pitchDeg;
    });
    const pattern = toFirstPattern(
      turned.map(({ frontal, other }) => toParallax(toMeanShape([other.landmarks]), toMeanShape([frontal.landmarks]))),
    );
    const symmetric = pattern.map((value, at) => (value + pattern[mirrored[at]]) / 2);
    const judged = pairs.judge.map(({ frontal, other }) => ({
      pose: toPoseTurn([frontal.pose], other.pose),
      relief: toReliefTurn(toMeanShape([frontal.landmarks]), other.landmarks),
    }));
    const figures = {
      pairs: turned.length,
      greatestDifferenceFromTable: Number(
        Math.max(...symmetric.map((value, at) => Math.abs(value - faceDepth[at]))).toFixed(4),
      ),
      yaw: correlate(judged.map(({ pose, relief }) => [pose.yawDeg, relief.yawDeg] as const)),
      pitch: correlate(judged.map(({ pose, relief }) => [pose.pitchDeg, relief.pitchDeg] as const)),
      depth: symmetric.map((value) => value.toFixed(3)).join(' '),
    };
    await keepFigures(out, 'face-depth', figures);
    return figures;
  },
};
