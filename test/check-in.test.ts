import { expect, test } from '@jest/globals';
import { createPlaceCodes } from '../examples/check-in/place-codes.js';
import { createVisits } from '../examples/check-in/visits.js';

const setUp = () => {
  let time = 1_800_000_000_000;
  const now = () => time;
  return { visits: createVisits({ keepMs: 1000, now }), pass: (ms: number) => (time += ms), now };
};

test('somebody is at one place, counted once, until they leave or go elsewhere', () => {
  const { visits } = setUp();
  visits.enter('a', 'hall');
  visits.enter('a', 'hall');
  visits.enter('b', 'hall');
  expect(visits.countAt('hall')).toBe(2);
  visits.enter('a', 'library');
  expect([visits.countAt('hall'), visits.countAt('library')]).toEqual([1, 1]);
  const [latest] = visits.of('a');
  visits.leave('b', latest?.id ?? '');
  expect(visits.countAt('library')).toBe(1);
  visits.leave('a', latest?.id ?? '');
  expect(visits.countAt('library')).toBe(0);
  expect(visits.of('a').map(({ place, leftAt }) => [place, leftAt !== null])).toEqual([
    ['library', true],
    ['hall', true],
  ]);
});

test('a visit is forgotten after its time, also one that nobody ended', () => {
  const { visits, pass } = setUp();
  visits.enter('a', 'hall');
  pass(999);
  expect([visits.countAt('hall'), visits.of('a').length]).toEqual([1, 1]);
  pass(1);
  expect([visits.countAt('hall'), visits.of('a').length]).toEqual([0, 0]);
});

test('a place’s code is good while it is shown and for the minute after, and at no other place', () => {
  const { now, pass } = setUp();
  const codes = createPlaceCodes(new Uint8Array(32).fill(7), now);
  const code = codes.codeOf('hall');
  expect([codes.isShown('hall', code), codes.isShown('library', code), codes.isShown('hall', '')]).toEqual([
    ...[true, false, false],
  ]);
  pass(60_000);
  expect([codes.isShown('hall', code), codes.codeOf('hall') === code]).toEqual([true, false]);
  pass(60_000);
  expect(codes.isShown('hall', code)).toBe(false);
});
