import { promises } from './bare-token.js';
import type { AccuracyFigures } from './figures.js';
import type { GroupFigures } from './group-figures.js';
import { count, percent, range, share, table } from './markdown.js';
import type { RateFigures } from './rates.js';

const promised = (level: string): string =>
  share(promises.find(({ accuracy }) => String(accuracy) === level)?.falseMatchRate ?? null);

const rowOf = (within: string, level: string, photos: string, rates: RateFigures): string[] => [
  ...(within === '' ? [] : [within]),
  ...[level, photos.replace('x', ' × '), promised(level)],
  ...[share(rates.fmr), range(rates.fmrInterval, share), `${count(rates.falseMatches)} of ${count(rates.pairs)}`],
  ...[percent(rates.fnmr), range(rates.fnmrInterval, percent)],
  `${count(rates.falseNonMatches)} of ${count(rates.genuinePairs)}`,
];

function rowsOf(figures: AccuracyFigures | GroupFigures): string[][] {
  if ('protected' in figures)
    return [
      ...Object.entries(figures.protected).map(([level, rates]) => rowOf('', level, '1x1', rates)),
      ...Object.entries(figures.asUsed).map(([level, rates]) => rowOf('', level, rates.photos, rates)),
    ];
  return Object.entries(figures.asUsed).flatMap(([source, levels]) =>
    Object.entries(levels).map(([level, rates]) => rowOf(source, level, rates.photos, rates)),
  );
}

export function errorRatesToMarkdown(figures: AccuracyFigures | GroupFigures): string {
  const head = ['level', 'photos', 'promise', 'FMR', '95 %', 'of pairs', 'FNMR', '95 %', 'of pairs'];
  return [
    '## FMR and FNMR',
    'False match rate: pairs of two people that match. False non-match rate: pairs of one person that do not. As ISO/IEC 19795-1 names them, at each level: photos at enrolment × photos at verification, one against one and as a step-up uses them. “Promise”: the greatest FMR that the level promises. Intervals are 95 %, by bootstrap over people; where errors fall on few people or none, they are exact, for as many trials as there are people, or pairs of people. “–”: no such pairs.',
    table('protected' in figures ? head : ['within', ...head], rowsOf(figures)),
    '',
  ].join('\n\n');
}
