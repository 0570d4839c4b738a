import type { Movement } from '../core/movements.js';
import type { Pose } from '../engine/engine.js';

/** Degrees, signed as the pose model's: yaw falls toward the person's own left, pitch rises upward. */
export interface HeadTurn {
  readonly yawDeg: number;
  readonly pitchDeg: number;
}

/** A movement other than looking straight ahead. */
export type TurnedMovement = Exclude<Movement, 'centre'>;

/** How far a head turned, in degrees: to where it was asked to, negative for the opposite, and across that. */
export interface Followed {
  readonly toward: number;
  /** Never negative. */
  readonly aside: number;
}

/** Holds a turn against what was asked for. */
export function toFollowed(movement: TurnedMovement, { yawDeg, pitchDeg }: HeadTurn): Followed {
  const [yaw, pitch] = [Math.abs(yawDeg), Math.abs(pitchDeg)];
  const turns = {
    left: { toward: -yawDeg, aside: pitch },
    right: { toward: yawDeg, aside: pitch },
    up: { toward: pitchDeg, aside: yaw },
    down: { toward: -pitchDeg, aside: yaw },
  } as const satisfies Record<TurnedMovement, Followed>;
  return turns[movement];
}

/** The turn between the mean of the frontal frames and another: the model's pitch is biased, and cameras stand anywhere. */
export function toPoseTurn(frontal: readonly Pose[], turned: Pose): HeadTurn {
  const mean = (read: (pose: Pose) => number): number =>
    frontal.reduce((total, pose) => total + read(pose), 0) / frontal.length;
  return {
    yawDeg: turned.yawDeg - mean(({ yawDeg }) => yawDeg),
    pitchDeg: turned.pitchDeg - mean(({ pitchDeg }) => pitchDeg),
  };
}
