import { livenessBoundary } from '../core/ports.js';
import { minJudgedWidthPx, type QualityBound, qualityBounds } from '../engine/quality-bounds.js';

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

  face_width: { atLeast: minJudgedWidthPx, atMost: null, unit: 'px' },

  /** Brightness and sharpness are judged in frontal frames only, because movement blurs the others. */
  brightness: { ...qualityBounds.brightness, unit: 'grey level' },
  sharpness: { ...qualityBounds.sharpness, unit: 'grey level squared' },

  /** Of 2,800 unposed press photos, 88 % are within these bounds. */
  frontal_yaw: { atLeast: -20, atMost: 20, unit: 'deg' },

  /**
   * Head turn by the pose model. The bound is low, because the page takes frames from about 15 degrees on. Genuine
   * turns measure at least 18. Of flat pictures, one in 20 measures more than 7; of prints, one in 20 more than 16.
   */
  pose_yaw: { atLeast: 10, atMost: null, unit: 'deg' },
  /** Only recorded: for a raised head, the pose model returns anything from −5 to +44. */
  pose_pitch: { atLeast: null, atMost: null, unit: 'deg' },

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
  /** Similarity of the frontal frames, which are seconds apart. Frames of the same person measure at least 0.97. */
  same_person_frontal: { atLeast: 0.7, atMost: null, unit: 'cosine' },

  /**
   * Excludes frames of one picture that is only shifted, which reach 0.96 and more. Genuine turns reach 0.91 and less.
   */
  difference: { atLeast: null, atMost: 0.95, unit: 'cosine' },

  /**
   * Passive liveness: the mean of all frames. Single pictures have the same bound. For live people, means of five
   * pictures were at least 0.07; for hand-held prints, at most 0.033 (`npm run eval -- passive-bounds`,
   * docs/accuracy/passive-bounds.md).
   */
  passive: { atLeast: livenessBoundary, atMost: null, unit: 'probability' },
  /**
   * Screen light on the face, relative to other light. Without any screen light, 19 of 20 people who hold still measure
   * less than .015 (`npm run eval -- light-noise`).
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
  /**
   * Difference between the upper and lower sides of the nose. Recorded only, because people and prints overlap on
   * phones.
   */
  light_normals_recorded: { atLeast: null, atMost: null, unit: 'per gain' },
  /** Frames half a second apart: one person .948 and more, different people .868 and less (src/engine/texture.ts). */
  light_same_face: { atLeast: 0.9, atMost: null, unit: 'cosine' },
} as const satisfies Record<string, LivenessBound>;

/**
 * Gain from which the sides of the nose are judged. With less light, their noise is too large (`npm run eval --
 * light-noise`).
 */
export const normalsFromGain = 0.08;

/** Signals of one frame are named with its index: `relief_yaw_1`. */
export type LivenessSignal = keyof typeof bounds;
