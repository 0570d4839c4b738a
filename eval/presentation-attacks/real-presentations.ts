import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { livenessBoundary } from '../../src/core/ports.js';
import type { Engine } from '../../src/engine/engine.js';
import { createEnginePool } from '../../src/engine/pool.js';
import type { Json } from '../../src/json.js';
import { lookAt } from '../../src/liveness/frame.js';
import { modelsFolder } from '../../test/paths.js';
import { toPhoto } from '../../test/pictures.js';
import { type ClusteredRate, clusteredRate, type PersonCount } from '../statistics/clustered-rate.js';
import { attackRows, type ClipFrame, pageRows, type RowOutcome } from './clip-rows.js';
import { withoutRefusal } from './heads.js';
import { liveSpecies, type RecordedClip, type RecordedStill, readRecorded, readRecordedPicture } from './recorded.js';

/** What came of one species. Of `live` what is counted is people who were refused, of all others what passed. */
export interface SpeciesFigures {
  readonly stills: number;
  readonly clips: number;
  /** Pictures in which no single face was found: they are in no rate of a single picture. */
  readonly noResponse: number;
  /** One picture at the bound of `policy.liveness: "passive"`; of an attacker's clip the best, of a person's the middle one. */
  readonly passive: ClusteredRate | null;
  /** Clips, in the movement challenge without the passive signal. */
  readonly movement: ClusteredRate | null;
  /** Not measured: no recorded picture was lit by a challenge. */
  readonly light: null;
  /** Clips, in all that a challenge asks for. */
  readonly policy: ClusteredRate | null;
}

interface SeenClip {
  readonly clip: RecordedClip;
  readonly frames: readonly ClipFrame[];
  readonly noResponse: number;
}

/** Looks at all pictures, as many at once as there are workers. */
async function mapPictures<From, To>(pictures: readonly From[], look: (picture: From) => Promise<To>): Promise<To[]> {
  const seen: To[] = [];
  const queue = pictures.entries();
  const work = async (): Promise<void> => {
    for (const [at, picture] of queue) seen[at] = await look(picture);
  };
  await Promise.all([work(), work(), work(), work()]);
  return seen;
}

const scoreStill = (engine: Engine, still: RecordedStill): Promise<number | null> =>
  withoutRefusal(async () => {
    const photo = toPhoto(await readRecordedPicture(still.file));
    return (await engine.examine(photo, ['liveness'])).liveness;
  });

async function lookAtClip(engine: Engine, clip: RecordedClip): Promise<SeenClip> {
  const looks = await mapPictures(clip.files, (file) =>
    withoutRefusal(async () => {
      const { movement: _, ...seen } = await lookAt(engine, {
        photo: toPhoto(await readRecordedPicture(file)),
        movement: 'centre',
      });
      return seen;
    }),
  );
  const frames = looks.filter((look) => look !== null);
  return { clip, frames, noResponse: looks.length - frames.length };
}

/** People of equal name come once, with all that was counted of them. */
function byPerson(counted: readonly { readonly person: string; readonly hit: boolean }[]): ClusteredRate | null {
  const people = new Map<string, PersonCount>();
  for (const { person, hit } of counted) {
    const { passed, of } = people.get(person) ?? { passed: 0, of: 0 };
    people.set(person, { passed: passed + (hit ? 1 : 0), of: of + 1 });
  }
  return clusteredRate([...people.values()]);
}

const middleOf = (values: readonly number[]): number | undefined =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];

/**
 * Whether a clip counts: an attack as soon as one row of movements lets it in, a person where most rows refuse them.
 */
function isHit(isLive: boolean, outcomes: readonly RowOutcome[], signal: keyof RowOutcome): boolean {
  const passed = outcomes.filter((outcome) => outcome[signal]).length;
  return isLive ? passed <= outcomes.length / 2 : passed > 0;
}

function figuresOf(
  species: string,
  stills: readonly { readonly still: RecordedStill; readonly score: number | null }[],
  clips: readonly SeenClip[],
): SpeciesFigures {
  const isLive = species === liveSpecies;
  const isSinglePictureHit = (score: number): boolean => score >= livenessBoundary !== isLive;
  const singles = stills.flatMap(({ still: { person }, score }) => (score === null ? [] : [{ person, score }]));
  const ofClips = clips.flatMap(({ clip: { person }, frames }) => {
    const scores = frames.map(({ liveness }) => liveness);
    const score = isLive ? middleOf(scores) : scores.length === 0 ? undefined : Math.max(...scores);
    return score === undefined ? [] : [{ person, score }];
  });
  const outcomes = clips.map(({ clip: { person }, frames }) => ({
    person,
    outcomes: isLive ? pageRows(frames) : attackRows(frames),
  }));
  const ofRows = (signal: keyof RowOutcome): ClusteredRate | null =>
    byPerson(outcomes.map(({ person, outcomes: each }) => ({ person, hit: isHit(isLive, each, signal) })));
  return {
    stills: stills.length,
    clips: clips.length,
    noResponse:
      stills.filter(({ score }) => score === null).length + clips.reduce((sum, { noResponse }) => sum + noResponse, 0),
    passive: byPerson(
      [...singles, ...ofClips].map(({ person, score }) => ({ person, hit: isSinglePictureHit(score) })),
    ),
    movement: ofRows('movement'),
    light: null,
    policy: ofRows('policy'),
  };
}

const toDigits = (value: number): number => Number(value.toPrecision(3));

const rateAsJson = (rate: ClusteredRate | null): Json =>
  rate === null
    ? null
    : { ...rate, rate: toDigits(rate.rate), interval: [toDigits(rate.interval[0]), toDigits(rate.interval[1])] };

const rateAsText = (rate: ClusteredRate | null): string =>
  rate === null
    ? '–'
    : `${rate.passed} of ${rate.of} (${rate.interval.map((end) => toDigits(end * 100)).join(' to ')} %; people: ${rate.people})`;

function toMarkdown(real: ReadonlyMap<string, SpeciesFigures>): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const lines = [...real].map(([species, figures]) =>
    row([
      species === liveSpecies ? 'people, refused' : `\`${species}\`, passed`,
      rateAsText(figures.passive),
      rateAsText(figures.movement),
      rateAsText(figures.policy),
      String(figures.noResponse),
    ]),
  );
  return [
    row(['', 'one picture', 'movement alone', 'the whole challenge', 'pictures without one face']),
    row(['---', '---', '---', '---', '---']),
    ...lines,
    '',
  ].join('\n');
}

/**
 * What pictures and clips of real people, prints and screens come to, species by species.
 * @param folder - laid out as `recorded.ts` says
 * @throws BadInput
 */
export async function measureRecorded(
  folder: string,
  say: (line: string) => void,
  out: string | null,
): Promise<{ readonly frames: 'recorded'; readonly real: { readonly [species: string]: Json } }> {
  const { stills, clips } = await readRecorded(folder);
  const engine = await createEnginePool({ modelsFolder, queueLimit: 64 });
  try {
    const scores = await mapPictures(stills, async (still) => ({ still, score: await scoreStill(engine, still) }));
    say(`${stills.length} stills`);
    const seen: SeenClip[] = [];
    for (const clip of clips) {
      seen.push(await lookAtClip(engine, clip));
      say(`${seen.length} of ${clips.length} clips`);
    }
    const species = [...new Set([...stills, ...clips].map((each) => each.species))].sort();
    const real = new Map(
      species.map((name) => [
        name,
        figuresOf(
          name,
          scores.filter(({ still }) => still.species === name),
          seen.filter(({ clip }) => clip.species === name),
        ),
      ]),
    );
    for (const { frames } of seen) for (const { embedding } of frames) embedding.wipe();
    if (out !== null) {
      await mkdir(out, { recursive: true });
      await writeFile(join(out, 'presentation-attacks-real.md'), toMarkdown(real));
    }
    return {
      frames: 'recorded',
      real: Object.fromEntries(
        [...real].map(([name, figures]) => [
          name,
          {
            presentations: figures.stills + figures.clips,
            ...figures,
            passive: rateAsJson(figures.passive),
            movement: rateAsJson(figures.movement),
            policy: rateAsJson(figures.policy),
          },
        ]),
      ),
    };
  } finally {
    await engine.close();
  }
}
