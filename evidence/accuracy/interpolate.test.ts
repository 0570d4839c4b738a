import { expect, test } from '@jest/globals';
import { toInterpolated } from './interpolate.js';
import type { Outcome } from './protected.js';

const people = 10;
const everybody = Array.from({ length: people }, (_, person) => person);
const whole = new Uint16Array(people).fill(1);

/** What one length of message gave. */
const outcome = (bits: number, falseMatches: number, pairs: number, falseNonMatches: number): Outcome => ({
  bits,
  decoded: pairs,
  impostor: {
    trials: pairs,
    errors: Array.from({ length: falseMatches }, () => [0, 1]),
    among: { sides: [everybody, everybody] },
  },
  genuine: { trials: new Uint32Array(people).fill(100), errors: new Uint32Array(people).fill(falseNonMatches) },
  enrolments: { trials: new Uint32Array(people), errors: new Uint32Array(people) },
});

test('between two lengths it is linear in the logarithm of the false match rate', () => {
  const outcomes = [outcome(32, 100, 10_000, 1), outcome(64, 1, 10_000, 5)];
  expect(toInterpolated(outcomes, 1e-3)(whole)).toBeCloseTo(0.03);
  expect(toInterpolated(outcomes, 1e-2)(whole)).toBeCloseTo(0.01);
});

test('where the longer one let nobody pass, its rate counts as half a pair', () => {
  const outcomes = [outcome(32, 100, 10_000, 1), outcome(64, 0, 5000, 5)];
  expect(toInterpolated(outcomes, 1e-3)(whole)).toBeCloseTo(0.03);
});

test('outside of what was measured, and where pairs are too few to tell, there is no figure', () => {
  const outcomes = [outcome(32, 100, 10_000, 1), outcome(64, 1, 10_000, 5)];
  expect(toInterpolated(outcomes, 0.02)(whole)).toBeNull();
  expect(toInterpolated(outcomes, 1e-5)(whole)).toBeNull();
  expect(toInterpolated([outcome(32, 10, 1000, 1), outcome(64, 0, 1000, 5)], 1e-3)(whole)).toBeNull();
});
