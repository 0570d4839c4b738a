import type { Movement } from '../../core/movements.js';
import type { Pose } from '../engine/engine.js';

/** Angles in degrees. Yaw is negative to the person's own left; pitch is positive upwards. */
export interface HeadTurn {
  readonly yawDeg: number;
  readonly pitchDeg: number;
}

export type HeadMovement = Exclude<Movement, 'centre'>;

/** Movement in degrees: `toward` in the requested direction, `aside` at right angles to it. */
export interface FollowedMovement {
  readonly toward: number;
  readonly aside: number;
}

export function toFollowed(movement: HeadMovement, { yawDeg, pitchDeg }: HeadTurn): FollowedMovement {
  const [yaw, pitch] = [Math.abs(yawDeg), Math.abs(pitchDeg)];
  const turns = {
    left: { toward: -yawDeg, aside: pitch },
    right: { toward: yawDeg, aside: pitch },
    up: { toward: pitchDeg, aside: yaw },
    down: { toward: -pitchDeg, aside: yaw },
  } as const satisfies Record<HeadMovement, FollowedMovement>;
  return turns[movement];
}

/** Returns the turn relative to the mean frontal pose, because the pose model's pitch is biased. */
export function toPoseTurn(frontal: readonly Pose[], turned: Pose): HeadTurn {
  const mean = (read: (pose: Pose) => number): number =>
    frontal.reduce((total, pose) => total + read(pose), 0) / frontal.length;
  return {
    yawDeg: turned.yawDeg - mean(({ yawDeg }) => yawDeg),
    pitchDeg: turned.pitchDeg - mean(({ pitchDeg }) => pitchDeg),
  };
}
