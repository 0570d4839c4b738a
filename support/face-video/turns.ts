import type { SeededRandom } from '../../src/core/base/chance.js';
import type { Movement } from '../../src/core/movements.js';
import type { Turn } from './head.js';

export const signs = {
  centre: { yaw: 0, pitch: 0 },
  left: { yaw: 1, pitch: 0 },
  right: { yaw: -1, pitch: 0 },
  up: { yaw: 0, pitch: 1 },
  down: { yaw: 0, pitch: -1 },
} as const satisfies Record<Movement, { yaw: number; pitch: number }>;

/** Draws a clear, random head turn. */
export function drawTurn(movement: Movement, chance: SeededRandom): Turn {
  const { yaw, pitch } = signs[movement];
  return {
    yawDeg: yaw * (22 + chance.below(9)) + 1.5 * chance.normal(),
    pitchDeg: pitch * (15 + chance.below(6)) + 1.5 * chance.normal(),
  };
}

/**
 * Draws the tilt of a flat object. It is larger than the turn of a head, so that the object looks like a turned head.
 */
export function drawTilt(movement: Movement, chance: SeededRandom): Turn {
  const { yawDeg, pitchDeg } = drawTurn(movement, chance);
  return { yawDeg: yawDeg * 1.7, pitchDeg: pitchDeg * 1.7 };
}

export type Shake = Turn;

export const steady: Shake = { yawDeg: 0, pitchDeg: 0 };

/**
 * Draws the motion of half a second. Measured people with a hand-held camera move by 0.025 eye distances in 450 ms,
 * which equals half a degree about the neck.
 */
export const drawShake = (chance: SeededRandom): Shake => ({
  yawDeg: 0.5 * chance.normal(),
  pitchDeg: 0.5 * chance.normal(),
});

export const shaken = ({ yawDeg, pitchDeg }: Turn, shake: Shake): Turn => ({
  yawDeg: yawDeg + shake.yawDeg,
  pitchDeg: pitchDeg + shake.pitchDeg,
});
