import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { complements, isPlain, screenColours, toLinear } from '../screen-light.js';
import { type Asked, drawLights, toPoses } from './light-row.js';

const movements = ['centre', 'left', 'up', 'right', 'centre'] as const;

test('a row has two halves, changed over, and an ordered pair of colours for each pose; each pair as likely', () => {
  const pairs = new Map<string, number>();
  const halves = new Map<string, number>();
  for (let draw = 0; draw < 6000; draw += 1) {
    const row = drawLights(movements, 'across', randomBytes);
    expect(row.map(({ movement }) => movement)).toEqual([
      ...['centre', 'centre', 'centre', 'centre', 'left', 'left', 'up', 'up', 'right', 'right', 'centre', 'centre'],
    ]);
    const [one, other] = row.map(({ light }) => light);
    expect([other!.first, other!.second]).toEqual([one!.second, one!.first]);
    expect(complements.some((pair) => pair.includes(one!.first) && pair.includes(one!.second))).toBe(true);
    halves.set(one!.first, (halves.get(one!.first) ?? 0) + 1);
    for (let at = 2; at < 12; at += 2) {
      const [first, second] = [row[at]!.light!, row[at + 1]!.light!];
      expect(isPlain(first) && isPlain(second) && first.first !== second.first).toBe(true);
      const name = `${first.first} ${second.first}`;
      pairs.set(name, (pairs.get(name) ?? 0) + 1);
    }
  }
  expect([halves.size, pairs.size]).toEqual([6, 30]);
  // 1,000 expected of each; a fair draw is off by 200 (over six deviations) once in a hundred million rows.
  for (const count of [...pairs.values(), ...halves.values()]) expect(Math.abs(count - 1000)).toBeLessThan(200);
});

test('each pose has one picture that shows it, lit or not', () => {
  const lit = drawLights(movements, 'down', randomBytes).map((asked, at) => ({ ...asked, at }));
  expect(toPoses(lit).map(({ shown, halves, after }) => [shown.at, halves.map(({ at }) => at), after?.at])).toEqual([
    [2, [0, 1], 3],
    [4, [], 5],
    [6, [], 7],
    [8, [], 9],
    [10, [], 11],
  ]);
  const unlit: Asked[] = movements.map((movement) => ({ movement, light: null }));
  expect(toPoses(unlit)).toEqual(unlit.map((shown) => ({ shown, halves: [], after: null })));
});

test('no colour is a saturated red, and each differs from white in its colour', () => {
  for (const colour of screenColours) {
    const [red, green, blue] = toLinear(colour);
    expect(red / (red + green + blue)).toBeLessThan(0.8);
    expect(Math.max(red, green, blue) / Math.min(red, green, blue)).toBeGreaterThan(5);
  }
});
