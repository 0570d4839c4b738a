import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Landmarks } from '../engine/landmarks.js';
import { faceDepth, toMeanShape, toReliefTurn } from './relief.js';

/** The outlines of a face as 300-W numbers them, drawn by rule. */
const face: Landmarks = Array.from({ length: 68 }, (_, at) => {
  if (at < 17) return { x: 320 - 100 * Math.cos((Math.PI * at) / 16), y: 200 + 130 * Math.sin((Math.PI * at) / 16) };
  if (at < 27) return { x: 245 + 16.7 * (at - 17), y: 165 };
  if (at < 36) return { x: at < 31 ? 320 : 305 + 7.5 * (at - 31), y: at < 31 ? 190 + 15 * (at - 27) : 255 };
  if (at < 48) return { x: (at < 42 ? 270 : 350) + 7 * (at % 6), y: 195 + 4 * (at % 3) };
  return { x: 320 + 30 * Math.cos(at), y: 290 + 12 * Math.sin(at) };
});

const coefficient = fc.double({ min: -0.5, max: 0.5, noNaN: true });

describe('the relief turn', () => {
  test('is zero for a flat picture under any shift, rotation, tilt or stretch', () => {
    fc.assert(
      fc.property(coefficient, coefficient, coefficient, coefficient, fc.integer(), (a, b, c, d, shift) => {
        const moved = face.map(({ x, y }) => ({
          x: (1 + a) * x + b * y + (shift % 500),
          y: c * x + (1 + d) * y - (shift % 300),
        }));
        fc.pre(Math.abs((1 + a) * (1 + d) - b * c) > 0.1);
        const { yawDeg, pitchDeg } = toReliefTurn(toMeanShape([face]), moved);
        expect(Math.abs(yawDeg)).toBeLessThan(1e-6);
        expect(Math.abs(pitchDeg)).toBeLessThan(1e-6);
      }),
    );
  });

  test.each([
    ['to the person’s left (the right of the picture)', { x: 40, y: 0 }, { yawDeg: -1, pitchDeg: 0 }],
    ['to the person’s right', { x: -40, y: 0 }, { yawDeg: 1, pitchDeg: 0 }],
    ['up', { x: 0, y: -40 }, { yawDeg: 0, pitchDeg: 1 }],
    ['down', { x: 0, y: 40 }, { yawDeg: 0, pitchDeg: -1 }],
  ])('detects the direction in which protruding points move: %s', (_name, step, sign) => {
    const turned = face.map(({ x, y }, at) => ({ x: x + step.x * faceDepth[at]!, y: y + step.y * faceDepth[at]! }));
    const { yawDeg, pitchDeg } = toReliefTurn(toMeanShape([face]), turned);
    const most = Math.max(Math.abs(yawDeg), Math.abs(pitchDeg));
    expect(most).toBeGreaterThan(3);
    expect(yawDeg / most).toBeCloseTo(sign.yawDeg);
    expect(pitchDeg / most).toBeCloseTo(sign.pitchDeg);
  });
});
