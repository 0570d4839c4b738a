import type { QueueShare } from '../../core/fair-queue.js';
import type { Hint } from '../../core/hints.js';
import type { Movement } from '../../core/movements.js';
import { type CapturedFrame, type CapturedLook, livenessBoundary, type Measurement } from '../../core/ports.js';
import type { Embedding, Photo } from '../../core/secrets.js';
import { FaceError, isOneOf, toCode } from '../../errors.js';
import {
  type Box,
  type Engine,
  examineOnce,
  type JudgeScore,
  type Landmarks,
  type PixelQuality,
  type Pose,
  type Signal,
} from '../engine/engine.js';
import type { LightReading } from '../engine/light.js';
import { combineScores } from '../engine/passive-liveness.js';
import { readPictureHeader } from '../engine/picture-header.js';
import { minJudgedWidthPx, type QualityBound, qualityBounds } from '../engine/quality.js';
import { cosineOf } from '../verifier/embeddings.js';
import { checkedSignals } from '../verifier/examine.js';
import { measure } from '../verifier/screening.js';
import type { LightFinding } from './light.js';
import { type HeadMovement, type HeadTurn, toFollowed, toMeanShape, toPoseTurn, toReliefTurn } from './relief.js';

export interface SeenFrame {
  readonly movement: Movement;
  readonly embedding: Embedding;
  readonly pose: Pose;
  /** Probability that the face is live, 0 to 1. */
  readonly liveness: number;
  readonly judgeScores: readonly JudgeScore[];
  readonly quality: PixelQuality;
  readonly landmarks: Landmarks;
  readonly box: Box;
  readonly reading: LightReading;
  readonly texture: Embedding;
}

/** A look. `face` is `null` unless exactly one face is large enough to be seen. */
export interface SeenLook {
  readonly movement: Movement;
  readonly face: Pick<SeenFrame, 'embedding' | 'liveness' | 'judgeScores' | 'landmarks'> | null;
}

export const judgedSignals: readonly Signal[] = ['embedding', 'pose', 'liveness', 'quality', 'landmarks', 'light'];

/** Signals of photos that are held for several steps. Movements and light are judged in frames only. */
export const heldSignals = {
  frame: [...judgedSignals, ...checkedSignals, 'sketch'],
  ahead: [...checkedSignals, 'landmarks'],
  // Landmarks cost nothing, and tell the engine not to look for a turned photo.
  look: ['embedding', 'liveness', 'landmarks'],
  photo: [...checkedSignals, 'sketch'],
} as const satisfies Record<string, readonly Signal[]>;

export async function analyzeFrame(
  engine: Engine,
  { photo, movement }: Pick<CapturedFrame, 'photo' | 'movement'>,
  share: QueueShare,
): Promise<SeenFrame> {
  const seen = await examineOnce(engine, photo, judgedSignals, share);
  const { face, embedding, own, pose, liveness, judgeScores, quality, landmarks, light, texture } = seen;
  // Embeddings by custom models are dropped, because the bounds are fitted to the built-in model.
  for (const each of own) each.embedding.wipe();
  if (
    embedding === null ||
    pose === null ||
    liveness === null ||
    quality === null ||
    landmarks === null ||
    light === null ||
    texture === null
  )
    throw new FaceError('internal', { problem: 'the engine left out a signal' });
  const { box } = face;
  return { movement, embedding, pose, liveness, judgeScores, quality, landmarks, box, reading: light, texture };
}

const unseen = ['face_none', 'face_many', 'face_too_small'] as const;

export async function analyzeLook(
  engine: Engine,
  { photo, movement }: CapturedLook,
  share: QueueShare,
): Promise<SeenLook> {
  const seen = await examineOnce(engine, photo, heldSignals[movement === 'centre' ? 'ahead' : 'look'], share).catch(
    (error: unknown) => {
      if (isOneOf(unseen, toCode(error))) return null;
      throw error;
    },
  );
  if (seen === null) return { movement, face: null };
  const { embedding, own, liveness, judgeScores, landmarks } = seen;
  for (const each of own) each.embedding.wipe();
  if (embedding === null || liveness === null || landmarks === null)
    throw new FaceError('internal', { problem: 'the engine left out a signal' });
  return { movement, face: { embedding, liveness, judgeScores, landmarks } };
}

/** Reads the light in another picture of the same pose, taken half a second later. @throws as `Engine.examineAgain` */
export async function analyzeSamePose(
  engine: Engine,
  photo: Photo,
  near: Box,
  share: QueueShare,
): Promise<Pick<SeenFrame, 'reading' | 'texture'>> {
  const { light, texture } = await engine.examineAgain(photo, ['light'], near, share);
  if (light === null || texture === null) throw new FaceError('internal', { problem: 'the engine left out a signal' });
  return { reading: light, texture };
}

interface LivenessBound extends QualityBound {
  readonly unit: string;
}

/*
 * Most bounds separate genuine head turns from flat pictures. The genuine turns are synthetic, made from photos of 27
 * people. The flat pictures are the same photos still, tilted, printed, cut out or on a screen. Pass rates of other
 * people are in docs/liveness.md.
 */
export const bounds = {
  faces: { atLeast: 1, atMost: 1, unit: 'faces' },

  /** Pictures of one camera have one size, and so have their looks. */
  sizes: { atLeast: null, atMost: 1, unit: 'sizes' },

  face_width: { atLeast: minJudgedWidthPx, atMost: null, unit: 'px' },

  /** Brightness and sharpness are judged in frontal frames only, because movement blurs the others. */
  brightness: { ...qualityBounds.brightness, unit: 'grey level' },
  sharpness: { ...qualityBounds.sharpness, unit: 'grey level squared' },

  /** Of 2,800 unposed press photos, 88 % are within these bounds. */
  frontal_yaw: { atLeast: -20, atMost: 20, unit: 'deg' },

  /**
   * Turn to a side by the pose model, which is of no use for a raised head. The bound is low, because the page takes frames from about 15 degrees on. Genuine
   * turns measure at least 18. Of flat pictures, one in 20 measures more than 7; of prints, one in 20 more than 16.
   */
  pose_yaw: { atLeast: 10, atMost: null, unit: 'deg' },

  /** Turn to a side, estimated from parallax. Genuine turns measure at least 19.9, flat pictures at most 10. */
  relief_yaw: { atLeast: 11, atMost: null, unit: 'deg' },
  /**
   * Upward turn, estimated from parallax. Genuine turns measure at least 10.6. Of flat pictures, one in 20 measures
   * more than 6; of pictures on a screen, one in 20 more than 9.
   */
  relief_up: { atLeast: 8, atMost: null, unit: 'deg' },
  /**
   * Downward turn, estimated from parallax. Genuine turns measure at least 12.4. Of flat pictures, one in 20 measures
   * more than 10 to 15, depending on their kind.
   */
  relief_down: { atLeast: 8, atMost: null, unit: 'deg' },
  /**
   * Movement across the requested direction, limited so that a tilted head cannot satisfy two movements. Genuine turns
   * reach 13 and less.
   */
  relief_aside: { atLeast: null, atMost: 18, unit: 'deg' },

  /**
   * One in 10,000 pairs of different people is as similar (docs/engine.md). Frames of one genuine turn reach 0.54 and
   * more.
   */
  same_person: { atLeast: 0.4, atMost: null, unit: 'cosine' },

  /**
   * How much the relief grows from the first third of the looks of a movement to the last. Recorded without a bound: nine
   * recorded clips are too few to set one, and a replay shows a head that turns, too.
   */
  relief_growth: { atLeast: null, atMost: null, unit: 'deg' },

  /**
   * Excludes frames of one picture that is only shifted, which reach 0.96 and more. Genuine turns reach 0.91 and less.
   */
  difference: { atLeast: null, atMost: 0.95, unit: 'cosine' },

  /**
   * Passive liveness of the frames, and of the looks during movements. Looks ahead do not count, because their time has no
   * limit. Single pictures have the same bound (`npm run eval -- passive-bounds`, docs/accuracy/passive-bounds.md).
   */
  passive: { atLeast: livenessBoundary, atMost: null, unit: 'probability' },
  /**
   * The same of the frames alone, because injected looks can be of another kind. The bound is lower, because the mean of
   * three pictures varies more.
   */
  passive_frames: { atLeast: 0.02, atMost: null, unit: 'probability' },
  /**
   * Screen light on the face, relative to other light. Without any screen light, 19 of 20 people who hold still measure
   * less than .015 (docs/light.md).
   */
  light_gain: { atLeast: 0.02, atMost: null, unit: 'ratio' },
  /** A random sequence of colors matches as well only once in some thousands. */
  light_match: { atLeast: 0.85, atMost: null, unit: 'correlation' },
  /**
   * Response of the background to screen light, relative to the face's response. The walls of a room are farther from
   * the screen than the face and respond less; the background of a print responds like the face.
   */
  light_falloff: { atLeast: null, atMost: 0.7, unit: 'ratio' },
  /**
   * How screen light adds to the face's colors: 1 for skin, 0 for glass. Simulated people measure 0.58 to 1.7;
   * simulated screens measure −0.3 to 0.6, or values far outside of both ranges.
   */
  light_material: { atLeast: 0.5, atMost: 2.5, unit: 'share' },
  /**
   * Difference of screen light between the left and right sides of the nose. Simulated people measure at least 0.09;
   * flat and bent prints mostly at most 0.05.
   */
  light_normals: { atLeast: 0.06, atMost: null, unit: 'per gain' },
  /** Frames half a second apart: one person .948 and more, different people .868 and less (src/face/engine/frame-traces.ts). */
  light_same_face: { atLeast: 0.9, atMost: null, unit: 'cosine' },
} as const satisfies Record<string, LivenessBound>;

/**
 * Gain from which the sides of the nose are judged. With less light, their noise is too large (docs/light.md).
 */
const normalsFromGain = 0.08;

/** Signals of one frame are named with its index: `relief_yaw_1`. */
export type LivenessSignal = keyof typeof bounds;

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
  sizes: () => 'hold_still',
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

/** Counts the sizes of pictures of one kind. The page sends looks straight ahead larger than those of movements. */
export function measureSizes(frames: readonly CapturedFrame[], looks: readonly CapturedLook[]): Measured {
  const ahead = looks.filter(({ movement }) => movement === 'centre');
  const counts = [frames, ahead, looks.filter((each) => !ahead.includes(each))].map((pictures) => {
    const headers = pictures.map(({ photo }) => photo.encrypted ?? photo.use(readPictureHeader));
    return new Set(headers.map((header) => `${header?.widthPx} × ${header?.heightPx}`)).size;
  });
  return toMeasured('sizes', null, Math.max(...counts));
}

const reliefSignals = {
  left: 'relief_yaw',
  right: 'relief_yaw',
  up: 'relief_up',
  down: 'relief_down',
} as const satisfies Record<HeadMovement, LivenessSignal>;

function measureFrontal({ pose, quality }: SeenFrame, index: number): readonly Measured[] {
  return [
    toMeasured('frontal_yaw', index, pose.yawDeg),
    toMeasured('brightness', index, quality.brightness),
    toMeasured('sharpness', index, quality.sharpness),
  ];
}

const measurePose = (movement: HeadMovement, turn: HeadTurn, index: number): readonly Measured[] =>
  movement === 'left' || movement === 'right' ? [toMeasured('pose_yaw', index, toFollowed(movement, turn).toward)] : [];

/** Measures the light of a challenge. If the face shows no response to the light, only the gain is reported. */
export function measureLight({ gain, match, falloff, material, normals }: LightFinding): readonly Measured[] {
  const seen = toMeasured('light_gain', null, gain);
  if (!seen.measurement.pass) return [seen];
  const told = [
    ['light_falloff', falloff],
    ['light_material', material],
    ['light_normals', gain >= normalsFromGain ? normals : null],
  ] as const satisfies readonly (readonly [LivenessSignal, number | null])[];
  return [
    seen,
    toMeasured('light_match', null, match),
    ...told.flatMap(([signal, value]) => (value === null ? [] : [toMeasured(signal, null, value)])),
  ];
}

export const measureAlike = (cosine: number, pose: number): Measured => toMeasured('light_same_face', pose, cosine);

/**
 * Similarity of a look to the frontal frame from which it counts as the same person. Looks are taken at any angle: of six
 * recorded people, at most one look in 15 is below. Of different people, 1 in 100 pairs is above.
 */
const lookOfPerson = 0.25;

/**
 * Measures all frames and looks of a challenge. Turns are measured from the frontal frames alone: with turned looks, an
 * attacker could move the zero point, so that photos that do not turn would pass.
 * @throws `internal` if no frame is frontal
 */
export function measureFrames(frames: readonly SeenFrame[], looks: readonly SeenLook[]): readonly Measured[] {
  const frontal = frames.filter(({ movement }) => movement === 'centre');
  if (frontal.length === 0) throw new FaceError('internal', { problem: 'a challenge without a centre' });
  // A look that shows no face, or another, counts as not live: it replaces one that the person could have shown.
  const between = looks.flatMap(({ movement, face }) => {
    if (movement === 'centre') return [];
    return [face !== null && cosineOf(frontal[0].embedding, face.embedding) >= lookOfPerson ? face.liveness : 0];
  });
  const shape = toMeanShape(frontal.map(({ landmarks }) => landmarks));
  const poses = frontal.map(({ pose }) => pose);

  const measureGrowth = (asked: HeadMovement, index: number): readonly Measured[] => {
    const reliefs = looks.flatMap(({ movement, face }) =>
      face === null || movement !== asked ? [] : [toFollowed(asked, toReliefTurn(shape, face.landmarks)).toward],
    );
    const third = Math.floor(reliefs.length / 3);
    const mean = (of: readonly number[]): number => of.reduce((sum, each) => sum + each, 0) / third;
    return third === 0
      ? []
      : [toMeasured('relief_growth', index, mean(reliefs.slice(-third)) - mean(reliefs.slice(0, third)))];
  };

  const measureTurned = (turned: SeenFrame, movement: HeadMovement, index: number): readonly Measured[] => {
    const relief = toFollowed(movement, toReliefTurn(shape, turned.landmarks));
    const cosines = frontal.map(({ embedding }) => cosineOf(embedding, turned.embedding));
    return [
      ...measurePose(movement, toPoseTurn(poses, turned.pose), index),
      toMeasured(reliefSignals[movement], index, relief.toward),
      toMeasured('relief_aside', index, relief.aside),
      toMeasured('same_person', index, Math.min(...cosines)),
      toMeasured('difference', index, Math.max(...cosines)),
      ...measureGrowth(movement, index),
    ];
  };

  const each = frames.flatMap((frame, index) => [
    toMeasured('face_width', index, frame.quality.faceWidthPx),
    ...(frame.movement === 'centre' ? measureFrontal(frame, index) : measureTurned(frame, frame.movement, index)),
  ]);
  const own = frames.map(({ liveness }) => liveness);
  return [
    ...each,
    toMeasured('passive_frames', null, combineScores(own)),
    toMeasured('passive', null, combineScores([...own, ...between])),
  ];
}
