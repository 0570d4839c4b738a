import { describe, expect, test } from '@jest/globals';
import { toApcer, toBpcer, toHighest, toNonResponseRate } from './presentation-rates.js';

const genuine = [0.9, 0.7, null, 0.5, 0.2];
const attack = [0.1, 0.5, null, null, 0.3];

describe('what is counted', () => {
  test('an attack at the bound passes, a person at the bound too', () => {
    expect(toApcer(attack, 0.5)).toMatchObject({ hits: 1, trials: 3 });
    expect(toBpcer(genuine, 0.5)).toMatchObject({ hits: 1, trials: 4 });
  });

  test('who got no response counts for neither, and is counted apart', () => {
    expect(toNonResponseRate(attack)).toMatchObject({ hits: 2, trials: 5 });
    expect(toApcer([null, null], 0.5)).toBeNull();
    expect(toBpcer([], 0.5)).toBeNull();
  });

  test('the figure of a test is its worst species, not the mean', () => {
    const apcer = { print: toApcer([0.1, 0.2], 0.5), screen: toApcer([0.9, 0.2], 0.5), none: toApcer([null], 0.5) };
    expect(toHighest(apcer)).toEqual({ species: 'screen', rate: 0.5 });
    expect(toHighest({ none: null })).toBeNull();
  });
});
