import { livenessBoundary, type Measurement, type Screening } from '../../core/ports.js';
import { FaceError } from '../../errors.js';
import type { FaceAnalysis, JudgeScore, Signal } from '../engine/engine.js';
import {
  isWithin,
  type QualityBound,
  type QualityMeasure,
  qualityBounds,
  qualityMeasures,
  toMeasures,
} from '../engine/quality.js';

export function measure(name: string, value: number, unit: string, bound: QualityBound): Measurement {
  const rounded = Math.round(value * 1000) / 1000;
  return { name, value: rounded, unit, atLeast: bound.atLeast, atMost: bound.atMost, pass: isWithin(bound, value) };
}

function measureProbability(name: string, value: number | null, atLeast: number | null): Measurement {
  if (value === null) throw new FaceError('internal', { problem: 'the engine left out a signal' });
  return measure(name, value, 'probability', { atLeast, atMost: null });
}

function screen(measurements: readonly Measurement[]): Screening {
  const reasons = measurements.filter(({ pass }) => !pass).map(({ name }) => name);
  return { pass: reasons.length === 0, reasons, measurements };
}

export const qualitySignals: readonly Signal[] = ['quality', 'magnitude', 'pose', 'eyes'];

const units = {
  faceWidthPx: ['face_width', 'px'],
  sharpness: ['sharpness', 'grey level squared'],
  brightness: ['brightness', 'grey level'],
  contrast: ['contrast', 'grey level'],
  magnitude: ['feature_magnitude', 'length'],
  yawDeg: ['yaw', 'deg'],
  pitchDeg: ['pitch', 'deg'],
  rollDeg: ['roll', 'deg'],
} as const satisfies Record<QualityMeasure, readonly [name: string, unit: string]>;

/**
 * Returns whether a picture is suitable for enrolment, by bounds for which error rates were measured. Eyes are only
 * reported: one ordinary photo in five reads "closed" (docs/models.md).
 */
export function qualityOf(examination: FaceAnalysis): Screening {
  const measures = toMeasures(examination);
  const bounded = qualityMeasures.map((key) => {
    const [name, unit] = units[key];
    return measure(name, measures[key], unit, qualityBounds[key]);
  });
  return screen([...bounded, measureProbability('eyes_open', examination.eyesOpen, null)]);
}

/** Mean of the pictures by each judge of passive liveness, which are only recorded: their mean decides. */
export function measureJudges(pictures: readonly (readonly JudgeScore[])[]): readonly Measurement[] {
  const judges = [...new Set(pictures.flatMap((scores) => scores.map(({ judge }) => judge)))];
  return judges.map((judge) => {
    const own = pictures.flatMap((scores) => scores.filter((score) => score.judge === judge));
    const mean = own.reduce((sum, { probability }) => sum + probability, 0) / own.length;
    return measureProbability(`passive_${judge}`, mean, null);
  });
}

/** Returns whether a picture passes passive liveness, which is evidence but no proof. */
export function livenessOf({ liveness, judgeScores }: FaceAnalysis): Screening {
  return screen([measureProbability('liveness', liveness, livenessBoundary), ...measureJudges([judgeScores])]);
}
