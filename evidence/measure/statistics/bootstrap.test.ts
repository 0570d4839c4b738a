import { describe, expect, test } from '@jest/globals';
import { createSeededRandom } from '../../../src/core/base/chance.js';
import { createBootstrap, type PairTrials, type PersonTrials, toPairRate, toPersonRate } from './bootstrap.js';

const all = (people: number): number[] => Array.from({ length: people }, (_, person) => person);

describe('rates without anything to resample', () => {
  const bootstrap = createBootstrap(50, createSeededRandom('none'));

  test('without errors the interval is 0 to 3 / trials, and at most 0 to 1', () => {
    const trials = { trials: new Uint32Array(50).fill(6), errors: new Uint32Array(50) };
    expect(toPersonRate(bootstrap, trials)).toEqual({ errors: 0, trials: 300, rate: 0, interval: [0, 0.01] });
    expect(toPairRate(bootstrap, { trials: 2, errors: [], among: { sides: [all(50), all(50)] } }).interval).toEqual([
      0, 1,
    ]);
  });

  test('without trials the rate is null', () => {
    const trials = { trials: new Uint32Array(50), errors: new Uint32Array(50) };
    expect(toPersonRate(bootstrap, trials)).toEqual({ errors: 0, trials: 0, rate: null, interval: null });
  });
});

/*
 * Coverage on made-up people whose true rates are known: some people are hard to know again, and some are like everybody.
 * A run of `rounds` that covers 95 % of the time falls below 90 % about once in a thousand times; intervals for independent
 * trials cover 70 to 85 % of the time here.
 */
describe('95 % intervals cover the truth at least 90 % of the time', () => {
  const rounds = 100;

  test('with people of whom some fail much more often', () => {
    const chance = createSeededRandom('coverage of people');
    const people = 150;
    const bootstrap = createBootstrap(people, chance);
    let covered = 0;
    for (let round = 0; round < rounds; round += 1) {
      const trials: PersonTrials = { trials: new Uint32Array(people), errors: new Uint32Array(people) };
      for (let person = 0; person < people; person += 1) {
        // One in five fails one time in four, the others one time in a hundred: 0.058 in all.
        const outOf100 = chance.below(5) === 0 ? 25 : 1;
        trials.trials[person] = 20;
        for (let trial = 0; trial < 20; trial += 1) if (chance.below(100) < outOf100) trials.errors[person]! += 1;
      }
      const [low, high] = toPersonRate(bootstrap, trials).interval!;
      if (low <= 0.2 * 0.25 + 0.8 * 0.01 && high >= 0.2 * 0.25 + 0.8 * 0.01) covered += 1;
    }
    expect(covered).toBeGreaterThanOrEqual(90);
  });

  test('with pairs of people of whom some resemble many others', () => {
    const chance = createSeededRandom('coverage of pairs');
    const people = 80;
    const bootstrap = createBootstrap(people, chance);
    // A pair matches with the product of how much each is like others, in hundredths: (0.2 · 30 + 0.8 · 5)² = 10² of 10,000.
    const truth = 0.01;
    let covered = 0;
    for (let round = 0; round < rounds; round += 1) {
      const like = all(people).map(() => (chance.below(5) === 0 ? 30 : 5));
      const errors: [number, number][] = [];
      for (let one = 0; one < people; one += 1)
        for (let other = one + 1; other < people; other += 1)
          if (chance.below(10_000) < like[one]! * like[other]!) errors.push([one, other]);
      const trials: PairTrials = {
        trials: (people * (people - 1)) / 2,
        errors,
        among: { sides: [all(people), all(people)] },
      };
      const [low, high] = toPairRate(bootstrap, trials).interval!;
      if (low <= truth && high >= truth) covered += 1;
    }
    expect(covered).toBeGreaterThanOrEqual(90);
  });
});
