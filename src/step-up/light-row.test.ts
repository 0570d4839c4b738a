import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { complements, isPlain } from '../core/screen-light.js';
import { drawLights } from './movement-challenge.js';

const movements = ['centre', 'left', 'up'] as const;

test('a row of lights has two swapped halves, a colour pair per pose and one more, each pair equally likely', () => {
  const pairs = new Map<string, number>();
  const halves = new Map<string, number>();
  for (let draw = 0; draw < 7500; draw += 1) {
    const row = drawLights(movements, 'across', randomBytes);
    expect(row.map(({ movement }) => movement)).toEqual([
      'centre',
      'centre',
      'centre',
      'centre',
      'left',
      'left',
      'up',
      'up',
      'up',
      'up',
    ]);
    const [one, other] = row.map(({ light }) => light);
    expect([other!.first, other!.second]).toEqual([one!.second, one!.first]);
    expect(complements.some((pair) => pair.includes(one!.first) && pair.includes(one!.second))).toBe(true);
    halves.set(one!.first, (halves.get(one!.first) ?? 0) + 1);
    for (let at = 2; at < 10; at += 2) {
      const first = row[at]!.light!;
      const second = row[at + 1]!.light!;
      expect(isPlain(first) && isPlain(second) && first.first !== second.first).toBe(true);
      const name = `${first.first} ${second.first}`;
      pairs.set(name, (pairs.get(name) ?? 0) + 1);
    }
  }
  expect([halves.size, pairs.size]).toEqual([6, 30]);
  // A fair draw is off by 200 (over five deviations) once in a million rows.
  for (const count of pairs.values()) expect(Math.abs(count - 1000)).toBeLessThan(200);
  for (const count of halves.values()) expect(Math.abs(count - 1250)).toBeLessThan(200);
});
