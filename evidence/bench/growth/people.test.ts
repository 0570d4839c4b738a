import { expect, test } from '@jest/globals';
import { actOf, checksEach, daysOfYear, personOf } from './people.js';

const people = 200;
const days = Array.from({ length: daysOfYear }, (_, day) => day);
const actsOf = (n: number) => days.map((day) => actOf(personOf(n, people), day)).filter((act) => act !== null);

test('who stays enrols, is checked thirty times, and enrols anew once in between', () => {
  const acts = actsOf(1);
  expect(acts[0]).toBe('enrol');
  expect(acts.filter((act) => act === 'check')).toHaveLength(checksEach);
  expect(acts.filter((act) => act === 'enrol')).toHaveLength(2);
  expect(acts.lastIndexOf('enrol')).toBeGreaterThan(acts.indexOf('check'));
});

test('every tenth person leaves, once, and does nothing after it', () => {
  const leavers = Array.from({ length: people }, (_, n) => actsOf(n)).filter((acts) => acts.includes('leave'));
  expect(leavers).toHaveLength(people / 10);
  for (const acts of leavers) expect(acts.indexOf('leave')).toBe(acts.length - 1);
});
