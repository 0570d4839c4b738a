import type { Chance } from '../../evidence/statistics/chance.js';
import type { Movement } from '../../src/core/movements.js';
import type { Turn } from './head.js';

/** Direction of each movement. */
export const signs = {
  centre: { yaw: 0, pitch: 0 },
  left: { yaw: 1, pitch: 0 },
  right: { yaw: -1, pitch: 0 },
  up: { yaw: 0, pitch: 1 },
  down: { yaw: 0, pitch: -1 },
} as const satisfies Record<Movement, { yaw: number; pitch: number }>;

/** Draws a clear, random turn of a person. */
export function drawTurn(movement: Movement, chance: Chance): Turn {
  const { yaw, pitch } = signs[movement];
  return {
    yawDeg: yaw * (22 + chance.below(9)) + 1.5 * chance.normal(),
    pitchDeg: pitch * (15 + chance.below(6)) + 1.5 * chance.normal(),
  };
}

/** Draws a flat object's tilt, larger than a head's turn so that it looks turned. */
export function drawTilt(movement: Movement, chance: Chance): Turn {
  const { yawDeg, pitchDeg } = drawTurn(movement, chance);
  return { yawDeg: yawDeg * 1.7, pitchDeg: pitchDeg * 1.7 };
}

export type Shake = Turn;

/** No deviation. */
export const steady: Shake = { yawDeg: 0, pitchDeg: 0 };

/**
 * Draws the motion of half a second. People with a hand-held camera move by .025 eye distances in 450 ms over all 68
 * points (`npm run eval -- light-noise`), the same as half a degree either way about the neck.
 */
export const drawShake = (chance: Chance): Shake => ({
  yawDeg: 0.5 * chance.normal(),
  pitchDeg: 0.5 * chance.normal(),
});

export const shaken = ({ yawDeg, pitchDeg }: Turn, shake: Shake): Turn => ({
  yawDeg: yawDeg + shake.yawDeg,
  pitchDeg: pitchDeg + shake.pitchDeg,
});
