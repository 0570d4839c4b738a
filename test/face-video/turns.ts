import type { Chance } from '../../evidence/statistics/chance.js';
import type { Movement } from '../../src/core/movements.js';
import type { Turn } from './head.js';

/** Which way each movement turns a head. */
export const signs = {
  centre: { yaw: 0, pitch: 0 },
  left: { yaw: 1, pitch: 0 },
  right: { yaw: -1, pitch: 0 },
  up: { yaw: 0, pitch: 1 },
  down: { yaw: 0, pitch: -1 },
} as const satisfies Record<Movement, { yaw: number; pitch: number }>;

/** How far somebody turns who is asked to: clearly, no two times alike. */
export function drawTurn(movement: Movement, chance: Chance): Turn {
  const { yaw, pitch } = signs[movement];
  return {
    yawDeg: yaw * (22 + chance.below(9)) + 1.5 * chance.normal(),
    pitchDeg: pitch * (15 + chance.below(6)) + 1.5 * chance.normal(),
  };
}

/** A flat thing held toward the asked direction: further than a head, as it must to look turned at all. */
export function drawTilt(movement: Movement, chance: Chance): Turn {
  const { yawDeg, pitchDeg } = drawTurn(movement, chance);
  return { yawDeg: yawDeg * 1.7, pitchDeg: pitchDeg * 1.7 };
}

/** How far somebody who holds a pose, or a thing, is from where they were: in degrees. */
export type Shake = Turn;

/** Somebody who has not moved at all. */
export const steady: Shake = { yawDeg: 0, pitchDeg: 0 };

/**
 * Nobody holds a pose quite still for half a second. People who hold still before a camera in their hand move by .025 eye
 * distances in 450 ms, over all 68 points (`npm run eval -- light-noise`); half a degree either way about the neck are as much.
 */
export const drawShake = (chance: Chance): Shake => ({
  yawDeg: 0.5 * chance.normal(),
  pitchDeg: 0.5 * chance.normal(),
});

export const shaken = ({ yawDeg, pitchDeg }: Turn, shake: Shake): Turn => ({
  yawDeg: yawDeg + shake.yawDeg,
  pitchDeg: pitchDeg + shake.pitchDeg,
});
