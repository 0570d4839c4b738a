import type { Measurement, Screening } from '../core/ports.js';
import type { Examination, Signal } from '../engine/engine.js';
import { FaceError } from '../errors.js';

/** The class boundary of the passive liveness model. */
const livenessBoundary = 0.5;

function measure(
  name: string,
  value: number | null | undefined,
  unit: string,
  atLeast: number | null,
  atMost: number | null,
): Measurement {
  if (value === null || value === undefined)
    throw new FaceError('internal', { problem: 'the engine left out a signal' });
  const pass = (atLeast === null || value >= atLeast) && (atMost === null || value <= atMost);
  return { name, value, unit, atLeast, atMost, pass };
}

function screen(measurements: readonly Measurement[]): Screening {
  const reasons = measurements.filter(({ pass }) => !pass).map(({ name }) => name);
  return { pass: reasons.length === 0, reasons, measurements };
}

/** What `qualityOf` reads. */
export const qualitySignals: readonly Signal[] = ['quality', 'pose', 'eyes'];

/** Whether one picture is fit to enrol or to check with. */
export function qualityOf({ quality, pose, eyesOpen }: Examination): Screening {
  return screen([
    measure('face_width', quality?.faceWidthPx, 'px', 60, null),
    measure('eye_distance', quality?.eyeDistancePx, 'px', 24, null),
    measure('sharpness', quality?.sharpness, 'grey level squared', 40, null),
    measure('brightness', quality?.brightness, 'grey level', 40, 220),
    measure('contrast', quality?.contrast, 'grey level', 20, null),
    measure('yaw', pose?.yawDeg, 'deg', -35, 35),
    measure('pitch', pose?.pitchDeg, 'deg', -45, 25),
    measure('roll', pose?.rollDeg, 'deg', -35, 35),
    measure('eyes_open', eyesOpen, 'probability', 0.5, null),
  ]);
}

/** Whether one picture passes passive liveness: evidence, not proof. */
export function livenessOf({ liveness }: Examination): Screening {
  return screen([measure('liveness', liveness, 'probability', livenessBoundary, null)]);
}
