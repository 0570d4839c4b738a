import { toDetSvg } from '../plots/det-plot.js';
import { fewestForBootstrap } from '../statistics/exact-interval.js';
import type { AccuracyFigures } from './accuracy.js';
import type { SourceAsUsed } from './as-used.js';
import { accuracies, promises } from './bare-token.js';
import type { ModeRates } from './by-photos.js';
import type { GroupFigures } from './groups.js';
import { count, percent, range, share, table } from './markdown.js';
import { screeningMargin } from './protected.js';
import type { ByGroup } from './rates.js';
import type { EmbeddingFigures } from './source-strangers.js';
import { operatingPoints, photosPerPerson } from './unprotected.js';

/* The tables of `npm run eval -- --data DIR` and `npm run measure -- accuracy`. */

const isExact = (by: string | null | undefined): string => (by === 'exact' ? ' exact' : '');
const ofAll = (errors = 0, all?: number): string => (all === undefined ? '–' : `${count(errors)} of ${count(all)}`);

const rateHead = ['FMR', '95 %', 'of pairs', 'of pairs of people', 'FNMR', '95 %', 'of pairs', 'of people'];
const rateCells = (rates: Omit<ModeRates, 'k' | 'photos' | 'decoded' | 'refusedEnrolments' | 'gfrr'>): string[] => [
  share(rates.fmr),
  `${range(rates.fmrInterval, share)}${isExact(rates.fmrIntervalBy)}`,
  ofAll(rates.falseMatches, rates.pairs),
  ofAll(rates.pairsOfPeopleMatched, rates.pairsOfPeople),
  percent(rates.fnmr),
  `${range(rates.fnmrInterval, percent)}${isExact(rates.fnmrIntervalBy)}`,
  ofAll(rates.falseNonMatches, rates.genuinePairs),
  ofAll(rates.peopleNotMatched, rates.people),
];

const promiseOf = (level: string): string =>
  share(promises.find(({ accuracy }) => String(accuracy) === level)?.falseMatchRate ?? null);

const photosOf = (photos: string): string => photos.replace('x', ' × ');

type LevelRow = readonly [within: readonly string[], level: string, rates: ModeRates];

const levelTable = (within: readonly string[], rows: readonly LevelRow[]): string =>
  table(
    [...within, 'level', 'K', 'photos', 'promise', ...rateHead, 'refused enrolments'],
    rows.map(([names, level, rates]) => [
      ...names,
      level,
      String(rates.k),
      photosOf(rates.photos),
      promiseOf(level),
      ...rateCells(rates),
      ofAll(rates.refusedEnrolments.refused, rates.refusedEnrolments.tried),
    ]),
  );

const rowsOf = (levels: ByGroup<ModeRates>, ...within: string[]): LevelRow[] =>
  Object.entries(levels).map(([level, rates]) => [within, level, rates]);

const rowsOfSources = (sources: ByGroup<ByGroup<ModeRates>>): LevelRow[] =>
  Object.entries(sources).flatMap(([source, levels]) => rowsOf(levels, source));

const rowsByPhotos = (levels: ByGroup<ByGroup<ModeRates>>, ...within: string[]): LevelRow[] =>
  Object.entries(levels).flatMap(([level, byPhotos]) =>
    Object.values(byPhotos).map((rates): LevelRow => [within, level, rates]),
  );

const reading = `FMR, the false match rate: pairs of two people that match. FNMR, the false non-match rate: pairs of one person that do not (ISO/IEC 19795-1). “Promise”: the highest FMR that the level allows for mixed people. Photos: at enrolment × at verification. “Refused”: enrolments whose photos do not show one person, or none of which shows it clearly; they are no trials. Intervals are 95 %, by bootstrap over people. “exact”: errors fall on fewer than ${fewestForBootstrap} people, or pairs of people, so the interval takes all trials of one person or pair for one trial (Clopper and Pearson).`;
const stepUpReading =
  'The capture page enrols from five pictures and checks five. Where too few people have ten photos it is the next fewer.';
const screeningReading = `Above level 4 a pair is decoded only where its cosine is at most ${screeningMargin} below the lowest that opened at level 4; all others count as no match.`;

const toPage = (sections: readonly string[]): string => `${sections.join('\n\n')}\n`;

/** Says what was measured, when and how. */
const toHeading = ({ command, date, machine, engine, data, judge, missing }: AccuracyFigures | GroupFigures) => [
  `\`${command}\`, ${date}, ${machine.processor} (${machine.processors} processors), Node ${machine.node}, engine \`${engine}\`.`,
  `${count(data.photos)} photos of ${count(data.people)} people in the folder; judged: ${count(data.judgedPhotos)} photos of ${count(data.judgedPeople)} people (\`--judge ${judge}\`).`,
  ...missing.map((line) => `**Not measured**: ${line}.`),
  reading,
];

const toSpeed = ({ photosPerSecond, seconds }: AccuracyFigures | GroupFigures): string[] => [
  '## Speed',
  `${photosPerSecond === null ? '–' : photosPerSecond} photos a second examined. ${count(seconds)} s in all.`,
];

const toVerdict = ({ kept, pairsNeeded }: { readonly kept: boolean | null; readonly pairsNeeded: number }): string =>
  kept === null ? `too few pairs: ${count(pairsNeeded)} needed` : kept ? 'kept' : 'not kept';

export function toMarkdown(figures: AccuracyFigures): string {
  const { fta, raw, protectedAt } = figures;
  const failures = Object.entries(fta.failures).map(([code, failed]) => `${failed} \`${code}\``);
  return toPage([
    ...toHeading(figures),
    '## Failure to acquire',
    `${percent(fta.rate)} (${range(fta.interval, percent)}) of ${count(fta.photos)} photos${failures.length > 0 ? `: ${failures.join(', ')}` : ''}. ${count(fta.unreadable)} files could not be read as photos and count nowhere.`,
    '## One photo against one',
    `FNMR at three FMRs. Embeddings alone: ${count(raw.pairs.impostor)} impostor pairs, ${count(raw.pairs.genuine)} genuine; no enrolment is refused. Tokens: between the lengths of message measured. “–”: fewer than three false matches are to be expected.`,
    table(
      ['FMR', 'embeddings alone', '95 %', 'at cosine', 'tokens', '95 %'],
      operatingPoints.map((point) => [
        point,
        percent(raw.fnmr[point]),
        range(raw.interval[point], percent),
        raw.threshold[point] === null ? '–' : String(raw.threshold[point]),
        percent(protectedAt.fnmr[point]),
        range(protectedAt.interval[point], percent),
      ]),
    ),
    '## Levels, as a step-up uses them',
    stepUpReading,
    levelTable([], rowsOf(figures.asUsed)),
    '## Levels by photos',
    levelTable([], rowsByPhotos(figures.multi)),
    screeningReading,
    '## What levels promise',
    'A promise is kept where the upper end of the interval of the FMR does not exceed it, with as many photos as the level enrols. The first row of each level is what is promised: one photo at verification, as few as may be at enrolment.',
    table(
      ['level', 'promise', 'photos', 'FMR', 'upper end', 'pairs', ''],
      Object.entries(figures.promise).flatMap(([level, { promise, multi }]) =>
        Object.entries(multi).map(([photos, each]) => [
          level,
          share(promise),
          photosOf(photos),
          share(each.fmr),
          share(each.upper),
          count(each.pairs),
          toVerdict(each),
        ]),
      ),
    ),
    ...toSpeed(figures),
  ]);
}

const embeddingRows = (sources: ByGroup<EmbeddingFigures>): string[][] =>
  Object.entries(sources).flatMap(([source, points]) =>
    Object.entries(points).map(([point, rates]) => [
      source,
      point,
      String(rates.cosine),
      share(rates.nearest.fmr),
      ...rateCells(rates),
    ]),
  );

export const groupsToMarkdown = (figures: GroupFigures): string =>
  toPage([
    ...toHeading(figures),
    `DIR has one folder for each source. People are compared within their source alone, by each person's first ${photosPerPerson} photos.`,
    table(
      ['within', 'people with a face', 'photos', 'no face found', 'nearest strangers'],
      Object.entries(figures.sources).map(([source, { people, photos, fta, nearestStrangers }]) => [
        source,
        count(people),
        count(photos),
        `${percent(fta.rate)} (${range(fta.interval, percent)})`,
        nearestStrangers < people - 1 ? count(nearestStrangers) : `all ${count(nearestStrangers)}`,
      ]),
    ),
    '## Levels, as a step-up uses them',
    stepUpReading,
    levelTable(['within'], rowsOfSources(figures.asUsed)),
    '## Tokens: strangers within a source',
    'With as many photos enrolled as the level demands, and one shown.',
    levelTable(['within'], rowsOfSources(figures.groups)),
    screeningReading,
    '## Tokens: each person’s nearest strangers',
    'Each person’s token against the people of the same source who are most like them, by the cosine of their mean embeddings: ten, or everybody else where there are not as many.',
    levelTable(['within'], rowsOfSources(figures.nearest)),
    '## Embeddings alone',
    'One photo against one, at the cosines that let 1e-3 and 1e-4 of mixed strangers pass ([engine.md](../engine.md#recognition)). No enrolment is refused here.',
    table(['within', 'mixed', 'cosine', 'FMR among the nearest', ...rateHead], embeddingRows(figures.embeddings)),
    '## Tokens by photos',
    levelTable(
      ['within'],
      Object.entries(figures.groupsByPhotos).flatMap(([source, levels]) => rowsByPhotos(levels, source)),
    ),
    ...toSpeed(figures),
  ]);

/** Formats the error rates of tokens as a step-up uses them, by source of photos. */
export function asUsedToMarkdown(sources: ByGroup<SourceAsUsed>): string {
  const all = Object.entries(sources);
  return toPage([
    reading,
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
    stepUpReading,
    levelTable(
      ['source'],
      accuracies.flatMap((level) =>
        all.map(([source, { asUsed }]): LevelRow => [[source], String(level), asUsed[level]]),
      ),
    ),
    '## By photos',
    ...all.flatMap(([source, { byPhotos }]) => [`### ${source}`, levelTable([], rowsByPhotos(byPhotos))]),
  ]);
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
