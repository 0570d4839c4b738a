import { livenessBoundary } from '../core/ports.js';
import { minJudgedWidthPx, type QualityBound, qualityBounds } from '../engine/quality-bounds.js';

/** A bound and what it is told in. */
interface LivenessBound extends QualityBound {
  readonly unit: string;
}

/*
 * Where each bound comes from. "Turned" are synthetic head turns made of photos of 27 evaluation people of the fitting half,
 * "flat" the same photos as still, tilted, printed, cut out and on a screen. "Natural" are real photos of one person. How
 * often people and attacks outside the fitting half pass is in docs/liveness.md.
 */
export const bounds = {
  faces: { atLeast: 1, atMost: 1, unit: 'faces' },

  face_width: { atLeast: minJudgedWidthPx, atMost: null, unit: 'px' },

  /** As at enrolment, of the frontal frames alone: turned ones are blurred by the turn. */
  brightness: { ...qualityBounds.brightness, unit: 'grey level' },
  sharpness: { ...qualityBounds.sharpness, unit: 'grey level squared' },

  /** Asked to look straight, people do, more or less: 88 % of 2,800 press photos, where nobody asked, are within. */
  frontal_yaw: { atLeast: -20, atMost: 20, unit: 'deg' },

  /**
   * The pose model. The page takes a frame from about 15 degrees on, so the four bounds of a turn lie well below what turned
   * frames here have. Turned 18 and more; of flat ones 1 in 20 reads more than 7, or 16 on print.
   */
  pose_yaw: { atLeast: 10, atMost: null, unit: 'deg' },
  /** Recorded, not bounded: the model reads a raised head anywhere from −5 to +44. The relief tells pitch better. */
  pose_pitch: { atLeast: null, atMost: null, unit: 'deg' },

  /** Depth seen moving. Turned 19.9 and more, 19 of 20 natural pairs 20 to 30 degrees apart 15 and more; flat 10 and less. */
  relief_yaw: { atLeast: 11, atMost: null, unit: 'deg' },
  /** Turned 10.6 and more; of flat ones 1 in 20 reads more than 6, or 9 on a screen. */
  relief_up: { atLeast: 8, atMost: null, unit: 'deg' },
  /** Turned 12.4 and more; of flat ones 1 in 20 reads more than 10 to 15. */
  relief_down: { atLeast: 8, atMost: null, unit: 'deg' },
  /** Turned 13 and less: a head held askew must not answer two movements at once. */
  relief_aside: { atLeast: null, atMost: 18, unit: 'deg' },

  /** Between strangers 1 pair in 10,000 is as alike (docs/engine.md). Turned 0.54 and more. */
  same_person: { atLeast: 0.4, atMost: null, unit: 'cosine' },
  /** Two frames seconds apart: turned 0.97 and more; half of all natural pairs, years apart, 0.70. */
  same_person_frontal: { atLeast: 0.7, atMost: null, unit: 'cosine' },

  /** The same picture, shifted, 0.96 and more; turned 0.91 and less. */
  difference: { atLeast: null, atMost: 0.95, unit: 'cosine' },

  /**
   * Mean of all frames; one picture has to reach the same. Evidence, no proof. Set by colour pictures of cameras alone, of one
   * half of the people (`npm run eval -- passive-bounds`, docs/accuracy/passive-bounds.md): the highest of 202 hand-held prints
   * is 0.0086, the lowest mean of five of 30 people 0.20, and the middle between the two, on a scale of ratios, 0.04. Of the
   * other half, 16 people, the lowest five is 0.070, the highest of 36 prints 0.033. They are few, so the room below the lowest is kept.
   * Single pictures tell less: 12 of 271 of people of the other half are below.
   */
  passive: { atLeast: livenessBoundary, atMost: null, unit: 'probability' },
  /**
   * The screen's light on the face over all other light. By themselves faces of people who hold still change by what a gain of
   * .002 would do to them in the median, and of .015 in one of twenty (`npm run eval -- light-noise`; four people).
   */
  light_gain: { atLeast: 0.02, atMost: null, unit: 'ratio' },
  /** A row of colours that was not told is as like as this once in some thousands. */
  light_match: { atLeast: 0.85, atMost: null, unit: 'correlation' },
  /** A room is further away than the face; a print's own background, or a screen's, is not. */
  light_falloff: { atLeast: null, atMost: 0.7, unit: 'ratio' },
  /** Drawn people 0.58 to 1.7; drawn screens −0.3 to 0.6, or far off where they hardly answer at all. */
  light_material: { atLeast: 0.5, atMost: 2.5, unit: 'share' },
  /** Left and right halves: drawn people 0.09 and more, drawn prints, flat and bent, mostly 0.05 and less. */
  light_normals: { atLeast: 0.06, atMost: null, unit: 'per gain' },
  /**
   * The same without a bound: of upper and lower halves, as a phone has them, drawn people and prints lie on each other; and where
   * the gain is below `normalsFromGain` it is lost in what the sides of a nose change by themselves.
   */
  light_normals_recorded: { atLeast: null, atMost: null, unit: 'per gain' },
  /** Half a second apart people who hold still read .948 and more, strangers .868 and less (src/engine/texture.ts). */
  light_same_face: { atLeast: 0.9, atMost: null, unit: 'cosine' },
} as const satisfies Record<string, LivenessBound>;

/** By themselves the sides of a nose change by .006 in the median, and by .025 in one of twenty (`npm run eval -- light-noise`; four people). */
export const normalsFromGain = 0.08;

/** What the judge measures; where it is of one frame, the frame's index follows: `relief_yaw_1`. */
export type LivenessSignal = keyof typeof bounds;
