import type { Hint } from '../core/hints.js';
import type { Measurement } from '../core/ports.js';
import { FaceError } from '../errors.js';
import { cosineOf } from '../verifier/embeddings.js';
import { measure } from '../verifier/screening.js';
import { bounds, type LivenessSignal, normalsFromGain } from './bounds.js';
import type { SeenFrame } from './frame.js';
import type { LightFinding } from './light.js';
import { toMeanShape, toReliefTurn } from './relief.js';
import { type TurnedMovement, toFollowed, toPoseTurn } from './turn.js';

export interface Measured {
  readonly measurement: Measurement;
  readonly hint: Hint;
}

/** Hints for users. For a movement, an attacker learns only that it was not followed. */
const hints: Partial<Record<LivenessSignal, (value: number) => Hint>> = {
  faces: (value) => (value === 0 ? 'no_face' : 'one_face'),
  face_width: () => 'come_closer',
  brightness: (value) => (value < bounds.brightness.atLeast ? 'more_light' : 'less_light'),
  sharpness: () => 'hold_still',
  light_gain: () => 'too_bright',
  light_match: () => 'too_bright',
  light_normals: () => 'too_bright',
  light_same_face: () => 'hold_still',
};

/** Hints, most useful first. Without a usable face, the other hints mean little. */
const hintsInOrder: readonly Hint[] = [
  'no_face',
  'one_face',
  'come_closer',
  'more_light',
  'less_light',
  'too_bright',
  'hold_still',
  'follow',
];

/** Returns the most useful hint for the failed signals, or `null`. */
export const hintFor = (failed: readonly Measured[]): Hint | null =>
  hintsInOrder.find((each) => failed.some(({ hint }) => hint === each)) ?? null;

function toMeasured(signal: LivenessSignal, index: number | null, value: number): Measured {
  const { unit, ...bound } = bounds[signal];
  return {
    measurement: measure(index === null ? signal : `${signal}_${index}`, value, unit, bound),
    hint: hints[signal]?.(value) ?? 'follow',
  };
}

/** Converts a refused frame to a failed measurement: no face, several faces, or a face that is too small. */
export function measureRefusal(error: unknown, index: number): Measured {
  if (error instanceof FaceError) {
    if (error.code === 'face_none') return toMeasured('faces', index, 0);
    if (error.code === 'face_many') return toMeasured('faces', index, 2);
    if (error.code === 'face_too_small') return toMeasured('face_width', index, 0);
  }
  throw error;
}

const reliefSignals = {
  left: 'relief_yaw',
  right: 'relief_yaw',
  up: 'relief_up',
  down: 'relief_down',
} as const satisfies Record<TurnedMovement, LivenessSignal>;

const poseSignals = {
  left: 'pose_yaw',
  right: 'pose_yaw',
  up: 'pose_pitch',
  down: 'pose_pitch',
} as const satisfies Record<TurnedMovement, LivenessSignal>;

function measureFrontal({ pose, quality }: SeenFrame, index: number): readonly Measured[] {
  return [
    toMeasured('frontal_yaw', index, pose.yawDeg),
    toMeasured('brightness', index, quality.brightness),
    toMeasured('sharpness', index, quality.sharpness),
  ];
}

/** Measures the light of a challenge. If the face shows no response to the light, only the gain is reported. */
export function measureLight({ gain, match, falloff, material, normals, axis }: LightFinding): readonly Measured[] {
  const seen = toMeasured('light_gain', null, gain);
  if (!seen.measurement.pass) return [seen];
  const told = [
    ['light_falloff', falloff],
    ['light_material', material],
    [axis === 'across' && gain >= normalsFromGain ? 'light_normals' : 'light_normals_recorded', normals],
  ] as const satisfies readonly (readonly [LivenessSignal, number | null])[];
  return [
    seen,
    toMeasured('light_match', null, match),
    ...told.flatMap(([signal, value]) => (value === null ? [] : [toMeasured(signal, null, value)])),
  ];
}

export const measureAlike = (cosine: number, pose: number): Measured => toMeasured('light_same_face', pose, cosine);

/** Measures all frames of a challenge. @throws `internal` if none is frontal */
export function measureFrames(frames: readonly SeenFrame[]): readonly Measured[] {
  const frontal = frames.filter(({ movement }) => movement === 'centre');
  if (frontal.length === 0) throw new FaceError('internal', { problem: 'a challenge without a centre' });
  const shape = toMeanShape(frontal.map(({ landmarks }) => landmarks));
  const poses = frontal.map(({ pose }) => pose);

  const measureTurned = (turned: SeenFrame, movement: TurnedMovement, index: number): readonly Measured[] => {
    const pose = toFollowed(movement, toPoseTurn(poses, turned.pose));
    const relief = toFollowed(movement, toReliefTurn(shape, turned.landmarks));
    const cosines = frontal.map(({ embedding }) => cosineOf(embedding, turned.embedding));
    return [
      toMeasured(poseSignals[movement], index, pose.toward),
      toMeasured(reliefSignals[movement], index, relief.toward),
      toMeasured('relief_aside', index, relief.aside),
      toMeasured('same_person', index, Math.min(...cosines)),
      toMeasured('difference', index, Math.max(...cosines)),
    ];
  };

  const each = frames.flatMap((frame, index) => [
    toMeasured('face_width', index, frame.quality.faceWidthPx),
    ...(frame.movement === 'centre' ? measureFrontal(frame, index) : measureTurned(frame, frame.movement, index)),
  ]);
  const alike = frontal.slice(1).map(({ embedding }) => cosineOf(frontal[0].embedding, embedding));
  const passive = frames.reduce((total, { liveness }) => total + liveness, 0) / frames.length;
  return [
    ...each,
    ...alike.map((cosine) => toMeasured('same_person_frontal', null, cosine)),
    toMeasured('passive', null, passive),
  ];
}
