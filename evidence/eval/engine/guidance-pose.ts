import { chooseFace } from '../../../src/engine/choose-face.js';
import { createPipeline } from '../../../src/engine/pipeline.js';
import type { Pose } from '../../../src/engine/pose.js';
import { face, people } from '../../../test/faces.js';
import { modelsFolder } from '../../../test/paths.js';
import { degreesPerRatio, type FaceRatios, toFaceRatios, toHeadTurn } from '../../../web/capture/guidance/head-turn.js';
import { toPose } from '../../../web/capture/guidance/pose.js';
import { toHalf } from '../../corpus/split.js';
import { keepFigures } from '../keep.js';
import type { EvalProgram } from '../program.js';

interface Measured {
  readonly ratios: FaceRatios;
  readonly pose: Pose;
}

const photosPerPerson = 8;
/** Mean pitch that the engine measures on evaluation photos, which counts as straight ahead. */
const usualPitchDeg = -11.3;

const looksAhead = ({ pose }: Measured): boolean =>
  Math.abs(pose.yawDeg) < 8 && Math.abs(pose.pitchDeg - usualPitchDeg) < 10;

const directions = [
  { pose: 'left', axis: 'yawDeg', sign: -1, askedDeg: 18 },
  { pose: 'right', axis: 'yawDeg', sign: 1, askedDeg: 18 },
  { pose: 'up', axis: 'pitchDeg', sign: 1, askedDeg: 13 },
  { pose: 'down', axis: 'pitchDeg', sign: -1, askedDeg: 13 },
] as const;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const round = (value: number): number => Number(value.toPrecision(3));

const deviation = (values: readonly number[]): number =>
  Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
const shareOf = <T>(values: readonly T[], holds: (value: T) => boolean): number =>
  round(values.filter(holds).length / values.length);

function correlate(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  const of = (left: readonly number[], right: readonly number[], l: number, r: number) =>
    mean(left.map((value, at) => (value - l) * (right[at] - r)));
  return of(a, b, meanA, meanB) / Math.sqrt(of(a, a, meanA, meanA) * of(b, b, meanB, meanB));
}

/** Fits degrees as a linear function of one or two face ratios, by least squares without a constant term. */
function fitDegrees(x: readonly number[], y: readonly number[], degrees: readonly number[]): readonly [number, number] {
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, at) => sum + value * b[at], 0);
  const [xx, xy, yy] = [dot(x, x), dot(x, y), dot(y, y)];
  const [xd, yd] = [dot(x, degrees), dot(y, degrees)];
  if (yy === 0) return [xd / xx, 0];
  const determinant = xx * yy - xy * xy;
  return [(xd * yy - yd * xy) / determinant, (yd * xx - xd * xy) / determinant];
}

/** Measures how well the head pose estimated in the browser agrees with the engine's. */
export const guidancePose: EvalProgram = {
  about: 'the pose of the guidance in the browser against the pose model of the engine',
  async run(say, out) {
    const { stages, close } = await createPipeline(modelsFolder);
    const pairs = { fit: [] as (readonly [Measured, Measured])[], judge: [] as (readonly [Measured, Measured])[] };
    const ahead: FaceRatios[] = [];
    const persons = people().filter(({ photos }) => photos > 1);
    for (const [at, { person, photos }] of persons.entries()) {
      const measured: Measured[] = [];
      for (let number = 1; number <= Math.min(photos, photosPerPerson); number += 1) {
        const picture = await stages.decode(face(person, number), { widthPx: 250, heightPx: 250 }, 1, null);
        const faces = await stages.detect(picture, 'sure');
        if (faces.length === 0) continue;
        const { box } = chooseFace(faces, picture, 'central');
        const ratios = toFaceRatios(await stages.findLandmarks(picture, box));
        measured.push({ ratios, pose: await stages.estimatePose(picture, box) });
      }
      for (const neutral of measured.filter(looksAhead)) {
        if (toHalf(person) === 'fit') ahead.push(neutral.ratios);
        for (const turned of measured) if (turned !== neutral) pairs[toHalf(person)].push([neutral, turned]);
      }
      if ((at + 1) % 200 === 0) say(`${at + 1} of ${persons.length} people`);
    }
    await close();

    const toDifferences = (half: keyof typeof pairs, read: (measured: Measured) => number): number[] =>
      pairs[half].map(([neutral, turned]) => read(turned) - read(neutral));
    const zero = toDifferences('fit', () => 0);
    const yaw = fitDegrees(
      toDifferences('fit', ({ ratios }) => ratios.noseAcross),
      zero,
      toDifferences('fit', ({ pose }) => pose.yawDeg),
    );
    const pitch = fitDegrees(
      toDifferences('fit', ({ ratios }) => ratios.noseDown),
      toDifferences('fit', ({ ratios }) => ratios.jawEndsDown),
      toDifferences('fit', ({ pose }) => pose.pitchDeg),
    );
    const compare = (axis: 'yawDeg' | 'pitchDeg') => {
      const ours = toDifferences('judge', ({ ratios }) => toHeadTurn(ratios)[axis]);
      const engine = toDifferences('judge', ({ pose }) => pose[axis]);
      const errors = ours.map((value, at) => Math.abs(value - engine[at]));
      return { correlation: round(correlate(ours, engine)), meanErrorDeg: round(mean(errors)) };
    };
    const named = pairs.judge.map(([from, to]) => {
      const yawDeg = to.pose.yawDeg - from.pose.yawDeg;
      const pitchDeg = to.pose.pitchDeg - from.pose.pitchDeg;
      const isSideways = Math.abs(yawDeg) / 15 > Math.abs(pitchDeg) / 10;
      return {
        guide: toPose(toHeadTurn(to.ratios), toHeadTurn(from.ratios)),
        yawDeg,
        pitchDeg,
        isAlong: (axis: 'yawDeg' | 'pitchDeg') => isSideways === (axis === 'yawDeg'),
      };
    });
    const figures = {
      pairs: { fit: pairs.fit.length, judge: pairs.judge.length },
      degreesPerRatio: { noseAcross: round(yaw[0]), noseDown: round(pitch[0]), jawEndsDown: round(pitch[1]) },
      degreesInUse: degreesPerRatio,
      usualRatios: {
        noseAcross: round(mean(ahead.map(({ noseAcross }) => noseAcross))),
        noseDown: round(mean(ahead.map(({ noseDown }) => noseDown))),
        jawEndsDown: round(mean(ahead.map(({ jawEndsDown }) => jawEndsDown))),
      },
      usualTurn: {
        yawDeviationDeg: round(deviation(ahead.map((ratios) => toHeadTurn(ratios).yawDeg))),
        pitchDeviationDeg: round(deviation(ahead.map((ratios) => toHeadTurn(ratios).pitchDeg))),
      },
      yaw: compare('yawDeg'),
      pitch: compare('pitchDeg'),
      poses: directions.map(({ pose, axis, sign, askedDeg }) => {
        const said = named.filter(({ guide }) => guide === pose).map((each) => sign * each[axis]);
        const meant = named.filter((each) => sign * each[axis] >= askedDeg && each.isAlong(axis));
        return {
          pose,
          guideSays: said.length,
          engineMeanDeg: round(mean(said)),
          engineHalfOfAsked: shareOf(said, (degrees) => degrees >= askedDeg / 2),
          engineOtherWay: shareOf(said, (degrees) => degrees <= -askedDeg / 2),
          engineTurnedAsAsked: meant.length,
          guideAgrees: shareOf(meant, ({ guide }) => guide === pose),
          guideSaysCentre: shareOf(meant, ({ guide }) => guide === 'centre'),
        };
      }),
    };
    await keepFigures(out, 'guidance-pose', figures);
    return figures;
  },
};
