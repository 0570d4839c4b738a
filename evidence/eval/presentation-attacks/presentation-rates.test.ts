import { describe, expect, test } from '@jest/globals';
import { rateOf, toHighest, toRiapar } from './presentation-rates.js';

test('the highest APCER of all attack species is reported, not the mean', () => {
  const passed = (score: number): boolean => score >= 0.5;
  const apcer = { print: rateOf([0.1, 0.2], passed), screen: rateOf([0.9, 0.2], passed) };
  expect(toHighest(apcer)).toEqual({ species: 'screen', rate: 0.5 });
  expect(toHighest({})).toBeNull();
});

describe('RIAPAR', () => {
  test('is the sum of both error rates, from their counts, and of the ends of their intervals', () => {
    const apcer = { hits: 1, trials: 3, interval: [0.06, 0.79] } as const;
    const bpcer = { passed: 1, of: 3, people: 3, rate: 0.333, interval: [0.0084, 0.906] } as const;
    // The sum of the rounded rates would be 0.666.
    expect(toRiapar(apcer, bpcer)).toEqual({ rate: 0.667, interval: [0.0684, 1.7] });
  });

  test('exceeds 1 if attacks pass and people are refused', () => {
    const always = { hits: 2, trials: 2, interval: [0.158, 1] } as const;
    const often = { hits: 1, trials: 4, interval: [0.0063, 0.806] } as const;
    expect(toRiapar(always, often)).toEqual({ rate: 1.25, interval: [0.164, 1.81] });
    expect(toRiapar(always, always)).toMatchObject({ rate: 2 });
  });

  test('of a check that lets everyone pass is 1, as of a check that refuses everyone', () => {
    const all = rateOf([true, true], (hit) => hit);
    const none = rateOf([true, true], (hit) => !hit);
    expect(toRiapar(all, none)).toMatchObject({ rate: 1 });
    expect(toRiapar(none, all)).toMatchObject({ rate: 1 });
    expect(toRiapar(none, none)).toMatchObject({ rate: 0 });
  });

  test('is not known if one of the rates was not measured', () => {
    const measured = rateOf([true], (hit) => hit);
    expect(toRiapar(measured, null)).toBeNull();
    expect(toRiapar(null, measured)).toBeNull();
  });
});
