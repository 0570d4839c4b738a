import { expect, test } from '@jest/globals';
import { judgeFolds } from './lfw-protocol.js';

test('a fold is judged at the threshold of the others, not at its own', () => {
  const usual = { genuine: [0.8, 0.7], impostor: [0.1, 0.2] };
  // By itself it would be parted at 0.35; the others say 0.45.
  const odd = { genuine: [0.4, 0.9], impostor: [0.3, 0.0] };
  const { accuracy, standardError, falseMatches, falseNonMatches } = judgeFolds([usual, usual, usual, odd]);
  expect([falseMatches, falseNonMatches]).toEqual([0, 1]);
  expect(accuracy).toBeCloseTo((1 + 1 + 1 + 0.75) / 4);
  expect(standardError).toBeCloseTo(0.25 / 4);
});

test('a pair without a face never matches', () => {
  const folds = [
    { genuine: [0.8, -2], impostor: [0.1, -2] },
    { genuine: [0.8, 0.7], impostor: [0.1, 0.2] },
  ];
  expect(judgeFolds(folds)).toMatchObject({ falseMatches: 0, falseNonMatches: 1 });
});
