import { basename, resolve } from 'node:path';
import { mapConcurrently } from '../../../src/core/base/map-concurrently.js';
import { builtInJudge } from '../../../src/core/liveness-policy.js';
import { livenessBoundary } from '../../../src/core/ports.js';
import type { Json } from '../../../src/errors.js';
import type { JudgeSource } from '../../../src/face/engine/passive-model.js';
import { facesFolder } from '../../../support/data/faces.js';
import { table } from '../../measure/accuracy/markdown.js';
import { type Half, toHalf } from '../../measure/corpus/corpus.js';
import { type EvalProgram, keep, type PrintLine } from '../../measure/program.js';
import { rateByPerson } from '../../measure/statistics/clustered-rate.js';
import { openNamedJudges, scorePicture, withEngine } from './heads.js';
import { countsAsText, rateAsJson } from './presentation-rates.js';
import { liveSpecies, readRecorded, readRecordedPicture } from './recorded.js';

interface ScoredPerson {
  readonly source: string;
  readonly isLive: boolean;
  readonly person: string;
  readonly scores: readonly number[];
}

const candidates = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.35, 0.4, 0.45, 0.5, 0.8] as const;

const frames = 5;

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const views = {
  one: ({ scores }: ScoredPerson): readonly number[] => scores,
  /**
   * Mean scores of five pictures: of each disjoint group of five for people, and of the five highest scores for
   * attacks.
   */
  five: ({ isLive, scores }: ScoredPerson): readonly number[] => {
    const fives = Math.floor(scores.length / frames);
    if (fives === 0) return [];
    if (!isLive) return [meanOf([...scores].sort((one, other) => other - one).slice(0, frames))];
    return Array.from({ length: fives }, (_, first) =>
      meanOf(Array.from({ length: frames }, (_, at) => scores[first + at * fives])),
    );
  },
} as const;
type View = keyof typeof views;

type SourceRates = ReturnType<typeof ratesOf>[number];

function ratesOf(view: View, people: readonly ScoredPerson[]) {
  const sources = [...new Set(people.map(({ source }) => source))].sort();
  return sources.flatMap((source) => {
    const own = people.filter((person) => person.source === source);
    const [{ isLive }] = own;
    const seen = own.flatMap((each) => views[view](each).map((value) => ({ person: each.person, value })));
    const rates = candidates.flatMap((bound) => {
      const rate = rateByPerson(seen.map(({ person, value }) => ({ person, hit: value >= bound !== isLive })));
      return rate === null ? [] : [rate];
    });
    const values = seen.map(({ value }) => value);
    return values.length === 0
      ? []
      : [{ source, isLive, lowest: Math.min(...values), highest: Math.max(...values), rates }];
  });
}

/** Opens judges whose mean is compared with the bounds as it is. */
const openMeasured = async (names: readonly string[]): Promise<readonly JudgeSource[]> =>
  (await openNamedJudges(names)).map((judge) =>
    judge === builtInJudge ? judge : { ...judge, manifest: { ...judge.manifest, bound: livenessBoundary } },
  );

const scorePeople = (folders: readonly string[], say: PrintLine, judges: readonly JudgeSource[]) =>
  withEngine(async (engine) => {
    const people = new Map<string, ScoredPerson & { readonly scores: number[] }>();
    let noResponse = 0;
    for (const folder of folders) {
      const { stills, clips } = await readRecorded(folder);
      const pictures = [...stills, ...clips.flatMap(({ files, ...clip }) => files.map((file) => ({ ...clip, file })))];
      const scored = await mapConcurrently(pictures, async (picture) => ({
        ...picture,
        score: await scorePicture(engine, await readRecordedPicture(picture.file)),
      }));
      for (const { source, species, person, score } of scored) {
        const key = `${source}/${person}`;
        const own = people.get(key) ?? { source, isLive: species === liveSpecies, person, scores: [] };
        people.set(key, own);
        if (score === null) noResponse += 1;
        else own.scores.push(score);
      }
      say(`${basename(resolve(folder))}: ${pictures.length} pictures`);
    }
    return { people: [...people.values()], noResponse };
  }, judges);

const titles: Readonly<Record<View, string>> = { one: 'One picture', five: 'The mean of five' };
const halves: Readonly<Record<Half, string>> = {
  fit: 'the half that sets bounds',
  judge: 'the half that judges them',
};

const preface = `# Bounds of passive liveness, real pictures

Written by \`npm run eval -- passive-bounds --data DIR --out DIR\`. What it means is in [liveness.md](../liveness.md).

A column is a bound: how many of the people's pictures it refuses, and how many of an attack's **pass** it, with the exact 95 %
interval by person. Five pictures of a person are spread over all there are of that person; of an attack the five best are
taken. Pictures without one clear face are left out.
`;

const toScore = (value: number): string => String(Number(value.toPrecision(2)));

function toTable(rows: readonly SourceRates[]): string {
  return table(
    ['', 'people', 'lowest – highest', ...candidates.map(String)],
    rows.map(({ source, isLive, lowest, highest, rates }) => [
      `\`${source}\`, ${isLive ? 'refused' : '**passed**'}`,
      String(rates[0].people),
      `${toScore(lowest)} – ${toScore(highest)}`,
      ...rates.map(countsAsText),
    ]),
  );
}

const rowAsJson = ({ isLive, lowest, highest, rates }: SourceRates): Json => ({
  counted: isLive ? 'refused' : 'passed',
  lowest,
  highest,
  atBound: Object.fromEntries(candidates.map((bound, at) => [String(bound), rateAsJson(rates[at])])),
});

/**
 * Measures error rates of several thresholds by source, on both halves.
 * @throws BadInput
 */
async function measureBounds(
  folders: readonly string[],
  say: PrintLine,
  { out, models }: { readonly out: string | null; readonly models: readonly string[] },
) {
  const { people, noResponse } = await scorePeople(folders, say, await openMeasured(models));
  const tables: string[] = [];
  const figuresOf = (half: Half, view: View): Json => {
    const own = people.filter(({ person }) => toHalf(person) === half);
    const rows = ratesOf(view, own);
    tables.push(`## ${titles[view]}, ${halves[half]}\n\n${toTable(rows)}\n`);
    return Object.fromEntries(rows.map((row) => [row.source, rowAsJson(row)]));
  };
  const ofHalf = (half: Half): Json => ({ one: figuresOf(half, 'one'), five: figuresOf(half, 'five') });
  const figures = { noResponse, fit: ofHalf('fit'), judge: ofHalf('judge') };
  await keep(out, { 'passive-bounds.md': [preface, ...tables].join('\n') });
  return figures;
}

export const passiveBounds: EvalProgram = {
  about: 'what each bound of passive liveness costs people and stops of attacks, by source, in both halves',
  runOn: (folders, say, out, models) => measureBounds(folders, say, { out, models }),
  takesModel: true,
  run: (say, out) => measureBounds([facesFolder], say, { out, models: [] }),
};
