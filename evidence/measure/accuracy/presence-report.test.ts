import { describe, expect, test } from '@jest/globals';
import { type JudgedPresentation, ratePresence } from './presence-report.js';

const presentation = (more: Partial<JudgedPresentation>): JudgedPresentation => ({
  species: 'print',
  isAttack: true,
  light: 'office',
  device: 'phone',
  person: 'a',
  outcome: 'refused',
  refusedBy: ['relief_yaw'],
  ...more,
});
const several = (count: number, more: Partial<JudgedPresentation>): JudgedPresentation[] =>
  Array.from({ length: count }, (_, at) => presentation({ person: String(at), ...more }));
const live = { species: 'live', isAttack: false } as const;
const passed = { outcome: 'passed', refusedBy: [] } as const;
const none = { outcome: 'no_response', refusedBy: [] } as const;

describe('attack presentations', () => {
  test('the reported APCER is that of the species that passes most often, regardless of its number of attempts', () => {
    const report = ratePresence([
      ...several(30, {}),
      ...several(3, passed),
      ...several(3, { species: 'mask' }),
      ...several(1, { species: 'mask', ...passed }),
    ]);
    expect(report.apcer).toMatchObject({ species: 'mask', errors: 1, presentations: 4, rate: 0.25 });
    expect(report.attacks.print?.apcer).toMatchObject({ errors: 3, presentations: 33, rate: 0.0909 });
    expect(report.attacks.print?.refusedBy).toEqual({ relief_yaw: 30 });
  });

  test('a presentation without a response counts only in the non-response rate (APNRR)', () => {
    const { attacks } = ratePresence([...several(9, {}), ...several(1, none)]);
    expect(attacks.print?.apcer).toMatchObject({ errors: 0, presentations: 9 });
    expect(attacks.print?.apnrr).toMatchObject({ errors: 1, presentations: 10, rate: 0.1 });
  });
});

describe('bona fide presentations', () => {
  test('the BPCER is reported in total, and by light and device', () => {
    const { bpcer, live: people } = ratePresence([
      ...several(2, { ...live, ...passed }),
      ...several(1, { ...live, light: 'dim' }),
      ...several(1, { ...live, light: 'dim', ...passed }),
    ]);
    expect(bpcer).toMatchObject({ errors: 1, presentations: 4, rate: 0.25 });
    expect(people.byCondition).toMatchObject({
      'office, phone': { errors: 0, presentations: 2 },
      'dim, phone': { errors: 1, presentations: 2 },
    });
  });
});

describe('confidence intervals', () => {
  test('by person treat people with constant results as one trial each', () => {
    const rate = ratePresence([...several(50, { person: 'a' }), ...several(50, { person: 'b' })]).attacks.print?.apcer;
    // 1 − 0.025^(1/2)
    expect(rate).toMatchObject({ interval: [0, 0.0362], people: 2, intervalByPerson: [0, 0.842] });
  });
});
