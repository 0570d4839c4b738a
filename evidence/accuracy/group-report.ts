import { fewestForBootstrap } from '../statistics/grouped-interval.js';
import { promises } from './bare-token.js';
import type { GroupFigures } from './group-figures.js';
import type { FalseMatchFigures, FalseNonMatchFigures, GroupRates } from './group-rates.js';
import { count, percent, range, share, table } from './markdown.js';
import { screeningMargin } from './protected.js';
import type { By } from './rates.js';
import { photosPerPerson } from './unprotected.js';

const by = (how: 'bootstrap' | 'exact' | null): string => (how === 'exact' ? ' exact' : '');

const falseMatchHead = ['false matches', '95 %', 'of pairs', 'of pairs of people'];
const falseMatchCells = (rates: FalseMatchFigures): string[] => [
  share(rates.fmr),
  `${range(rates.fmrInterval, share)}${by(rates.fmrIntervalBy)}`,
  `${count(rates.falseMatches)} of ${count(rates.pairs)}`,
  `${count(rates.pairsOfPeopleMatched)} of ${count(rates.pairsOfPeople)}`,
];

const falseNonMatchHead = ['false non-matches', '95 %', 'of pairs', 'of people'];
const falseNonMatchCells = (rates: FalseNonMatchFigures): string[] => [
  percent(rates.fnmr),
  `${range(rates.fnmrInterval, percent)}${by(rates.fnmrIntervalBy)}`,
  `${count(rates.falseNonMatches)} of ${count(rates.genuinePairs)}`,
  `${count(rates.peopleNotMatched)} of ${count(rates.people)}`,
];

const promised = (level: string): string =>
  share(promises.find(({ accuracy }) => String(accuracy) === level)?.falseMatchRate ?? null);

const rowsOf = <T>(bySource: By<By<T>>, row: (name: string, rates: T) => readonly string[]): string[][] =>
  Object.entries(bySource).flatMap(([source, rates]) =>
    Object.entries(rates).map(([name, each]) => [source, ...row(name, each)]),
  );

const levelRow = (level: string, rates: GroupRates): string[] => [
  level,
  String(rates.k),
  rates.photos.replace('x', ' × '),
  promised(level),
  ...falseMatchCells(rates),
];

const levelHead = ['within', 'level', 'K', 'photos', 'promise', ...falseMatchHead];

const refusedOf = ({ refusedEnrolments: { refused, tried } }: GroupRates): string =>
  `${count(refused)} of ${count(tried)}`;

const toSource = ([name, { people, photos, fta, nearestStrangers }]: [string, GroupFigures['sources'][string]]) => [
  name,
  count(people),
  count(photos),
  `${percent(fta.rate)} (${range(fta.interval, percent)})`,
  nearestStrangers < people - 1 ? count(nearestStrangers) : `all ${count(nearestStrangers)}`,
];

export function groupsToMarkdown(figures: GroupFigures): string {
  const { data } = figures;
  const sections = [
    `\`${figures.command}\`, ${figures.date}, ${figures.machine.processor} (${figures.machine.processors} processors), Node ${figures.machine.node}, engine \`${figures.engine}\`. DIR has one folder for each source.`,
    `${count(data.photos)} photos of ${count(data.people)} people in the folders; judged: ${count(data.judgedPhotos)} photos of ${count(data.judgedPeople)} people (\`--judge ${figures.judge}\`). People are compared within their source alone, by each person's first ${photosPerPerson} photos.`,
    `Intervals are 95 %, by bootstrap over people. “exact”: errors fall on fewer than ${fewestForBootstrap} pairs of people (false matches) or people (false non-matches), so the interval is that of Clopper and Pearson for as many trials as there are people, or pairs of people, which are taken for independent though they share people.`,
    table(
      ['within', 'people with a face', 'photos', 'no face found', 'nearest strangers'],
      Object.entries(figures.sources).map(toSource),
    ),
    ...figures.missing.map((line) => `**Not measured**: ${line}.`),
    '## Tokens: strangers within a source',
    'With as many photos enrolled as the level demands, and one shown. “Promise”: the false match rate the level promises of mixed people; “–” where it promises nothing.',
    table(
      [...levelHead, ...falseNonMatchHead, 'refused enrolments'],
      rowsOf(figures.groups, (level, rates) => [
        ...levelRow(level, rates),
        ...falseNonMatchCells(rates),
        refusedOf(rates),
      ]),
    ),
    `Above level 4 a pair is decoded only where its cosine is at most ${screeningMargin} below the lowest that opened at level 4; all others count as no match.`,
    '## Tokens: each person’s nearest strangers',
    'Each person’s token against the people of the same source who are most like them, by the cosine of their mean embeddings: ten, or everybody else where there are not as many. False non-matches are those above.',
    table(levelHead, rowsOf(figures.nearest, levelRow)),
    '## Embeddings alone',
    'One photo against one, at the cosines that let 1e-3 and 1e-4 of mixed strangers pass ([engine.md](../engine.md#recognition)). No enrolment is refused here.',
    table(
      ['within', 'mixed', 'cosine', ...falseMatchHead, 'among the nearest', ...falseNonMatchHead],
      rowsOf(figures.embeddings, (point, rates) => [
        point,
        String(rates.cosine),
        ...falseMatchCells(rates),
        share(rates.nearest.fmr),
        ...falseNonMatchCells(rates),
      ]),
    ),
    '## Tokens by photos',
    'Photos at enrolment × photos at verification. Levels 6 to 8 enrol from three photos on. “Refused”: enrolments whose photos do not show one person, or none of which shows it clearly; they are no trials.',
    table(
      [...levelHead, 'among the nearest', ...falseNonMatchHead, 'refused enrolments'],
      Object.entries(figures.groupsByPhotos).flatMap(([source, levels]) =>
        Object.entries(levels).flatMap(([level, byPhotos]) =>
          Object.entries(byPhotos).map(([photos, rates]) => [
            source,
            ...levelRow(level, rates),
            share(figures.nearestByPhotos[source][level][photos].fmr),
            ...falseNonMatchCells(rates),
            refusedOf(rates),
          ]),
        ),
      ),
    ),
    '## Speed',
    `${figures.photosPerSecond === null ? 'No photo was examined in this run' : `${figures.photosPerSecond} photos a second examined`}; ${count(figures.photosFromCache)} known from an earlier run. ${figures.secondsToEmbed} s to embed, ${count(figures.seconds)} s in all.`,
  ];
  return `${sections.join('\n\n')}\n`;
}
