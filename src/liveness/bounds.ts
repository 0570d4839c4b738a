import { livenessBoundary } from '../core/ports.js';
import { minJudgedWidthPx, type QualityBound, qualityBounds } from '../engine/quality-bounds.js';

interface LivenessBound extends QualityBound {
  readonly unit: string;
}

/*
 * Derivation: "turned": synthetic head turns from photos of 27 evaluation people of the fitting half; "flat": the same
 * photos still, tilted, printed, cut out and on a screen; "natural": real photos of one person. Pass rates outside the
 * fitting half are in docs/liveness.md.
 */
export const bounds = {
  faces: { atLeast: 1, atMost: 1, unit: 'faces' },

  face_width: { atLeast: minJudgedWidthPx, atMost: null, unit: 'px' },

  /** For frontal frames only: turns blur. */
  brightness: { ...qualityBounds.brightness, unit: 'grey level' },
  sharpness: { ...qualityBounds.sharpness, unit: 'grey level squared' },

  /** 88 % of 2,800 unposed press photos are within. */
  frontal_yaw: { atLeast: -20, atMost: 20, unit: 'deg' },

  /**
   * Low, because the page takes frames from about 15 degrees on. Turned: 18 and more; 1 in 20 flat ones reads more than
   * 7, or 16 in print.
   */
  pose_yaw: { atLeast: 10, atMost: null, unit: 'deg' },
  /** Recorded only: the model reads a raised head as −5 to +44. */
  pose_pitch: { atLeast: null, atMost: null, unit: 'deg' },

  /** Parallax. Turned: 19.9 and more; 19 of 20 natural pairs 20 to 30 degrees apart: 15 and more; flat: 10 and less. */
  relief_yaw: { atLeast: 11, atMost: null, unit: 'deg' },
  /** Turned: 10.6 and more; 1 in 20 flat ones reads more than 6, or 9 on a screen. */
  relief_up: { atLeast: 8, atMost: null, unit: 'deg' },
  /** Turned: 12.4 and more; 1 in 20 flat ones reads more than 10 to 15. */
  relief_down: { atLeast: 8, atMost: null, unit: 'deg' },
  /** Turned: 13 and less: a tilted head must not satisfy two movements. */
  relief_aside: { atLeast: null, atMost: 18, unit: 'deg' },

  /** 1 in 10,000 pairs of different people is as similar (docs/engine.md). Turned: 0.54 and more. */
  same_person: { atLeast: 0.4, atMost: null, unit: 'cosine' },
  /** Two frames seconds apart. Turned: 0.97 and more; half of natural pairs, years apart: 0.70. */
  same_person_frontal: { atLeast: 0.7, atMost: null, unit: 'cosine' },

  /** The same picture, shifted: 0.96 and more; turned: 0.91 and less. */
  difference: { atLeast: null, atMost: 0.95, unit: 'cosine' },

  /**
   * Mean of all frames; a single picture needs the same. Set by color camera pictures
   * (`npm run eval -- passive-bounds`, docs/accuracy/passive-bounds.md): highest of 202 hand-held prints 0.0086, lowest
   * mean of five of 30 people 0.20, geometric mean 0.04. Other half, 16 people: lowest five 0.070, highest of 36 prints
   * 0.033. The sample is small, so the margin is kept. For single pictures, 12 of 271 of the other half are below.
   */
  passive: { atLeast: livenessBoundary, atMost: null, unit: 'probability' },
  /**
   * Screen light on the face relative to other light. People holding still: .002 in the median, .015 in one of twenty
   * (`npm run eval -- light-noise`; four people).
   */
  light_gain: { atLeast: 0.02, atMost: null, unit: 'ratio' },
  /** A random sequence of colors matches this well once in some thousands. */
  light_match: { atLeast: 0.85, atMost: null, unit: 'correlation' },
  /** A room is farther away than the face; a print's background is not. */
  light_falloff: { atLeast: null, atMost: 0.7, unit: 'ratio' },
  /** Simulated people 0.58 to 1.7; simulated screens −0.3 to 0.6, or far off if they hardly respond. */
  light_material: { atLeast: 0.5, atMost: 2.5, unit: 'share' },
  /** Left and right halves: simulated people 0.09 and more, flat and bent prints mostly 0.05 and less. */
  light_normals: { atLeast: 0.06, atMost: null, unit: 'per gain' },
  /** Recorded only: upper and lower halves of simulated people and prints overlap on phones. */
  light_normals_recorded: { atLeast: null, atMost: null, unit: 'per gain' },
  /**
   * Half a second apart: people holding still .948 and more, different people .868 and less (src/engine/texture.ts).
   */
  light_same_face: { atLeast: 0.9, atMost: null, unit: 'cosine' },
} as const satisfies Record<string, LivenessBound>;

/**
 * The sides of a nose vary by .006 in the median, and .025 in one of twenty (`npm run eval -- light-noise`; four
 * people).
 */
export const normalsFromGain = 0.08;

/** Those of one frame have its index as a suffix: `relief_yaw_1`. */
export type LivenessSignal = keyof typeof bounds;
