import { accuracies, promises } from './bare-token.js';
import type { ModeRates } from './by-photos.js';
import type { AccuracyFigures } from './figures.js';
import type { GroupFigures } from './group-figures.js';
import { count, percent, range, share, table } from './markdown.js';
import type { By } from './rates.js';

export interface SourceAsUsed extends Pick<AccuracyFigures, 'date' | 'command' | 'engine' | 'judge'> {
  readonly people: number;
  readonly asUsed: By<ModeRates>;
  readonly byPhotos: By<By<ModeRates>>;
}

/** Returns the figures that cannot be measured because the source has too few people. */
export const findMissingAsUsed = (asUsed: By<ModeRates>, where: string): string[] =>
  [
    asUsed['4'].fmr === null
      ? `false matches as a step-up uses it ${where}: nobody who is enrolled from three photos`
      : null,
    asUsed['4'].fnmr === null
      ? `false non-matches as a step-up uses it ${where}: nobody has four photos with a face, of different sittings where names tell`
      : null,
  ].filter((line) => line !== null);

export const ofPeople = (source: string, figures: AccuracyFigures): By<SourceAsUsed> => {
  const { date, command, engine, judge, data, asUsed, multi } = figures;
  return { [source]: { date, command, engine, judge, people: data.judgedPeople, asUsed, byPhotos: multi } };
};

export const ofSources = (figures: GroupFigures): By<SourceAsUsed> => {
  const { date, command, engine, judge, asUsed, groupsByPhotos } = figures;
  return Object.fromEntries(
    Object.entries(figures.sources).map(([source, { people }]) => [
      source,
      { date, command, engine, judge, people, asUsed: asUsed[source], byPhotos: groupsByPhotos[source] },
    ]),
  );
};

const isExact = (by: string | null | undefined): string => (by === 'exact' ? ' exact' : '');

const head = [
  'false matches',
  '95 %',
  'of pairs',
  'of pairs of people',
  'false non-matches',
  '95 %',
  'of pairs',
  'of people',
  'refused enrolments',
];

const cells = (rates: ModeRates): string[] => {
  const { pairsOfPeople, pairsOfPeopleMatched = 0, people, peopleNotMatched = 0, refusedEnrolments } = rates;
  return [
    share(rates.fmr),
    `${range(rates.fmrInterval, share)}${isExact(rates.fmrIntervalBy)}`,
    `${count(rates.falseMatches)} of ${count(rates.pairs)}`,
    pairsOfPeople === undefined ? '–' : `${count(pairsOfPeopleMatched)} of ${count(pairsOfPeople)}`,
    percent(rates.fnmr),
    `${range(rates.fnmrInterval, percent)}${isExact(rates.fnmrIntervalBy)}`,
    `${count(rates.falseNonMatches)} of ${count(rates.genuinePairs)}`,
    people === undefined ? '–' : `${count(peopleNotMatched)} of ${count(people)}`,
    `${count(refusedEnrolments.refused)} of ${count(refusedEnrolments.tried)}`,
  ];
};

const promiseOf = (level: string): string =>
  share(promises.find(({ accuracy }) => String(accuracy) === level)?.falseMatchRate ?? null);

const photosOf = ({ photos }: ModeRates): string => photos.replace('x', ' × ');

export function asUsedToMarkdown(sources: By<SourceAsUsed>): string {
  const all = Object.entries(sources);
  const sections = [
    'Photos at enrolment × photos at verification. As a step-up uses it: the capture page enrols from five frames and checks five; where too few people have ten photos it is the next fewer. “Exact”: errors fall on so few people, or pairs of people, that the interval takes all runs of two people for one trial ([what the intervals mean](../accuracy-method.md#what-the-intervals-mean)). “Refused”: enrolments whose photos do not show one person, or none of which shows it clearly; they are no trials.',
    table(
      ['source', 'people judged', '`--judge`', 'engine', 'measured', 'command'],
      all.map(([source, { people, judge, engine, date, command }]) => [
        source,
        count(people),
        judge,
        engine,
        date,
        `\`${command}\``,
      ]),
    ),
    '## As a step-up uses it',
    table(
      ['source', 'level', 'K', 'photos', 'promise', ...head],
      accuracies.flatMap((level) =>
        all.map(([source, { asUsed }]) => {
          const rates = asUsed[level];
          return [source, String(level), String(rates.k), photosOf(rates), promiseOf(String(level)), ...cells(rates)];
        }),
      ),
    ),
    '## By photos',
    ...all.flatMap(([source, { byPhotos }]) => [
      `### ${source}`,
      table(
        ['level', 'K', 'photos', 'promise', ...head],
        Object.entries(byPhotos).flatMap(([level, modes]) =>
          Object.values(modes).map((rates) => [
            level,
            String(rates.k),
            photosOf(rates),
            promiseOf(level),
            ...cells(rates),
          ]),
        ),
      ),
    ]),
  ];
  return `${sections.join('\n\n')}\n`;
}
