import { expect, test } from '@jest/globals';
import { type JudgedPresentation, ratePresence } from '../../../evidence/accuracy/presence-report.js';
import { toReportLines } from './report-text.js';

const several = (count: number, more: Partial<JudgedPresentation>): JudgedPresentation[] =>
  Array.from({ length: count }, (_, at) => ({
    ...{ species: 'print', isAttack: true, light: 'office', device: 'phone', person: String(at % 2) },
    ...{ outcome: 'refused', refusedBy: ['relief_yaw'] },
    ...more,
  }));

test('the terminal shows each species with its counts, intervals and signals, and what they do not mean', () => {
  const judged = [
    ...several(3, {}),
    ...several(1, { outcome: 'passed', refusedBy: [] }),
    ...several(2, { species: 'live', isAttack: false, outcome: 'passed', refusedBy: [] }),
  ];
  const lines = toReportLines({ judge: 'movement-1', date: '2026-11-21', notDone: 3, ...ratePresence(judged) });
  expect(lines.slice(0, 10)).toEqual([
    'Judge movement-1, 2026-11-21: 6 presentations, 2 people. Left out as not done: 3.',
    '',
    'APCER 25 % (print): 1 of 4, 0.63 to 84 %',
    'BPCER 0 %: 0 of 2, 0 to 84 %',
    '',
    'attacks that passed  APCER  of      95 %, each by itself  95 %, by person  people  APNRR   refused by',
    'print                25 %   1 of 4  0.63 to 81 %          0.63 to 84 %     2       0 of 4  relief_yaw 3',
    '',
    'people refused  BPCER  of      95 %, each by itself  95 %, by person  people  BPNRR   refused by',
    'live            0 %    0 of 2  0 to 84 %             0 to 84 %        2       0 of 2',
  ]);
  expect(lines.at(-1)).toContain('no certificate');
});

test('the figure of the test has the wider of its two intervals', () => {
  const judged = [
    ...several(40, {}),
    ...several(40, { species: 'live', isAttack: false, outcome: 'passed', refusedBy: [] }),
  ];
  const lines = toReportLines({ judge: 'movement-1', date: '2026-11-21', notDone: 0, ...ratePresence(judged) });
  // 1 − 0.025^(1/2): two people, each with the same result time and again.
  expect(lines.slice(2, 4)).toEqual(['APCER 0 % (print): 0 of 40, 0 to 84 %', 'BPCER 0 %: 0 of 40, 0 to 84 %']);
});

test('where nobody was presented it says so', () => {
  const lines = toReportLines({ judge: 'movement-1', date: '2026-11-21', notDone: 0, ...ratePresence([]) });
  expect(lines[2]).toBe('APCER –: no attack got a response');
  expect(lines[3]).toBe('BPCER –: no person got a response');
});
