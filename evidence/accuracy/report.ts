import { toDetSvg } from '../plots/det-plot.js';
import type { AccuracyFigures, PromiseFigures } from './figures.js';
import { count, percent, range, share, table } from './markdown.js';
import { screeningMargin } from './protected.js';
import type { RateFigures } from './rates.js';
import { operatingPoints } from './unprotected.js';

const rateHead = ['K', 'false matches', '95 %', 'of pairs', 'false non-matches', '95 %', 'of pairs'];
const rateCells = (rates: RateFigures): string[] => [
  String(rates.k),
  share(rates.fmr),
  range(rates.fmrInterval, share),
  `${count(rates.falseMatches)} of ${count(rates.pairs)}`,
  percent(rates.fnmr),
  range(rates.fnmrInterval, percent),
  `${count(rates.falseNonMatches)} of ${count(rates.genuinePairs)}`,
];

const verdict = ({ kept, pairsNeeded }: PromiseFigures): string =>
  kept === null ? `too few pairs: ${count(pairsNeeded)} needed` : kept ? 'kept' : 'not kept';

export function toMarkdown(figures: AccuracyFigures): string {
  const { data, fta, raw } = figures;
  const failures = Object.entries(fta.failures).map(([code, failed]) => `${failed} \`${code}\``);
  const combinations = Object.keys(Object.values(figures.multi)[0] ?? {});
  const sections = [
    `\`${figures.command}\`, ${figures.date}, ${figures.machine.processor} (${figures.machine.processors} processors), Node ${figures.machine.node}, engine \`${figures.engine}\`.`,
    `${count(data.photos)} photos of ${count(data.people)} people in the folder; judged: ${count(data.judgedPhotos)} photos of ${count(data.judgedPeople)} people (\`--judge ${figures.judge}\`). Intervals are 95 %, by bootstrap over people.`,
    ...figures.missing.map((line) => `**Not measured**: ${line}.`),
    '## Failure to acquire',
    `${percent(fta.rate)} (${range(fta.interval, percent)}) of ${count(fta.photos)} photos${failures.length > 0 ? `: ${failures.join(', ')}` : ''}. ${count(fta.unreadable)} files could not be read as photos and count nowhere.`,
    '## One photo against one',
    `False non-matches at three false match rates. Embeddings alone: ${count(raw.pairs.impostor)} impostor pairs, ${count(raw.pairs.genuine)} genuine. Tokens: between the lengths of message measured below. Enrolments that are too unclear are refused, so they are no trials of tokens; embeddings alone leave none out.`,
    table(
      ['false matches', 'embeddings alone', '95 %', 'at cosine', 'tokens', '95 %'],
      operatingPoints.map((point) => [
        point,
        percent(raw.fnmr[point]),
        range(raw.interval[point], percent),
        raw.threshold[point] === null ? '–' : String(raw.threshold[point]),
        percent(figures.protectedAt.fnmr[point]),
        range(figures.protectedAt.interval[point], percent),
      ]),
    ),
    '“–”: fewer than three false matches are to be expected among so many pairs, so the rate cannot be told.',
    `${count(raw.impostorsAbove['0.6'])} impostor pairs have a cosine above .6: wrong labels are among them. None is left out.`,
    '## Levels, one photo enrolled and one shown',
    table(
      ['level', ...rateHead],
      Object.entries(figures.protected).map(([level, rates]) => [level, ...rateCells(rates)]),
    ),
    `Above level 4 a pair is decoded only where its cosine is at most ${screeningMargin} below the lowest that opened at level 4; all others count as no match.`,
    '## Levels by photos',
    'Photos at enrolment × photos at verification. “Refused”: enrolments whose photos do not show one person, or none of which shows it clearly; they are no trials.',
    table(
      ['level', 'photos', ...rateHead.slice(1), 'refused'],
      Object.entries(figures.multi).flatMap(([level, byPhotos]) =>
        combinations.map((name) => {
          const { refused, tried } = byPhotos[name].refusedEnrolments;
          const enrolments = `${count(refused)} of ${count(tried)}`;
          return [level, name.replace('x', ' × '), ...rateCells(byPhotos[name]).slice(1), enrolments];
        }),
      ),
    ),
    '## What levels promise',
    'A promise is kept where the upper end of the interval of false matches does not exceed it, with as many photos as the level enrols. The first row of each level is what is promised: one photo at verification, as few as may be at enrolment.',
    table(
      ['level', 'promise', 'photos', 'false matches', 'upper end', 'pairs', ''],
      Object.entries(figures.promise).flatMap(([level, promise]) =>
        Object.entries(promise.multi).map(([name, each]) => [
          level,
          share(promise.promise),
          name.replace('x', ' × '),
          share(each.fmr),
          share(each.upper),
          count(each.pairs),
          verdict(each),
        ]),
      ),
    ),
    ...(figures.lfw === null
      ? []
      : [
          '## The pairs of `pairs.txt`',
          `Accuracy over ${figures.lfw.folds} folds, each judged at the threshold that is best on the others: **${percent(figures.lfw.accuracy)}** ± ${percent(figures.lfw.standardError)} (standard error), embeddings alone. False matches ${percent(figures.lfw.fmr.rate)} (${range(figures.lfw.fmr.interval, percent)}), false non-matches ${percent(figures.lfw.fnmr.rate)} (${range(figures.lfw.fnmr.interval, percent)}), as if pairs were independent; ${count(figures.lfw.pairs.genuine)} pairs of each kind, of all people.`,
        ]),
    '## Speed',
    `${figures.photosPerSecond === null ? 'No photo was examined in this run' : `${figures.photosPerSecond} photos a second examined`}; ${count(figures.photosFromCache)} known from an earlier run. ${count(figures.seconds)} s in all.`,
  ];
  return `${sections.join('\n\n')}\n`;
}

export const toPlot = (figures: AccuracyFigures): string =>
  toDetSvg({
    title: 'One photo against one',
    xLabel: 'False match rate',
    yLabel: 'False non-match rate',
    x: [1e-6, 1e-1],
    y: [0.001, 0.5],
    series: [
      { name: 'embeddings alone', curve: figures.raw.curve },
      {
        name: 'tokens, levels 1 to 8',
        curve: figures.sweep.flatMap(({ fmr, fnmr }) =>
          fmr === null || fnmr === null || fmr === 0 ? [] : [{ x: fmr, y: fnmr }],
        ),
        points: Object.entries(figures.protected).flatMap(([label, { fmr, fnmr, fmrInterval, fnmrInterval }]) =>
          fmr === null || fnmr === null || fmrInterval === null || fnmrInterval === null
            ? []
            : [{ x: fmr, y: fnmr, label, xInterval: fmrInterval, yInterval: fnmrInterval }],
        ),
      },
    ],
  });
