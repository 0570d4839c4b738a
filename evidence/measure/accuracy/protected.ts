import { createSeededRandom } from '../../../src/core/base/chance.js';
import type { EmbeddedPerson } from '../corpus/embed-corpus.js';
import type { CountedPair, PairTrials, PersonTrials } from '../statistics/bootstrap.js';
import { type MeasuredEngine, shippedEngine } from './bare-token.js';
import { type ViewComparison, viewCosinesOf } from './decode.js';
import type { DecoderPool } from './decoder-pool.js';
import {
  type Combination,
  drawPlaces,
  firstRuns,
  type PhotoWindow,
  pairsAt,
  type TrialRules,
  toName,
  toTrials,
} from './windows.js';

/** Level whose tokens are decoded for all impostor pairs, to select the pairs worth decoding at stricter levels. */
const referenceLevel = 4;

export const referenceOf = (photos: number, engine: MeasuredEngine = shippedEngine): number =>
  engine.messageBitsOf(referenceLevel, photos);

export interface Limits {
  readonly pairs: number;
  readonly pairsBelow: number;
}

export interface Outcome {
  readonly bits: number;
  readonly impostor: PairTrials;
  readonly genuine: PersonTrials;
  /** Number of decoded impostor pairs. All other impostor pairs were too dissimilar (`screeningMargin`). */
  readonly decoded: number;
  readonly enrolments: PersonTrials;
}

/**
 * Tokens with longer messages are decoded only for similar pairs. The limit is the lowest cosine that opened a token of
 * the reference level, minus this margin.
 */
export const screeningMargin = 0.05;

const every = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, at) => at);

async function openImpostors(
  pool: DecoderPool,
  comparison: ViewComparison,
  lengths: readonly number[],
  reference: number,
  pairsBelow: number,
  name: string,
) {
  const all = every(comparison.pairs.length / 2);
  const decode = async (bits: number, places: Uint32Array): Promise<Uint32Array> => {
    const pairs = pairsAt(comparison.pairs, places);
    const opened = await pool.decode(bits, { ...comparison, pairs }, `${name}, strangers, K = ${bits}`);
    return places.filter((_, at) => opened[at] === 1);
  };
  const cosines = viewCosinesOf(comparison);
  const opened = await decode(reference, all);
  const results = new Map([[reference, { tried: all, opened, decoded: all.length }]]);
  const lowest = opened.reduce((least, place) => Math.min(least, cosines[place]), pool.engine.cosineOf(referenceLevel));
  const near = all.filter((place) => cosines[place] >= lowest - screeningMargin);
  const sample = drawPlaces(all.length, pairsBelow, createSeededRandom(`sample ${name}`));
  for (const bits of lengths.filter((length) => length !== reference)) {
    const places = bits > reference ? near : sample;
    const tried = bits > reference ? all : sample;
    results.set(bits, { tried, opened: await decode(bits, places), decoded: places.length });
  }
  return results;
}

export function countByPerson(
  people: number,
  trials: readonly { readonly person: number; readonly isError: boolean }[],
): PersonTrials {
  const counts = { trials: new Uint32Array(people), errors: new Uint32Array(people) };
  for (const { person, isError } of trials) {
    counts.trials[person] += 1;
    if (isError) counts.errors[person] += 1;
  }
  return counts;
}

export function countByPair(pairs: Iterable<readonly [number, number]>): CountedPair[] {
  const counts = new Map<string, [number, number, number]>();
  for (const [one, other] of pairs) {
    const key = `${one} ${other}`;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, [one, other, 1]);
    else known[2] += 1;
  }
  return [...counts.values()];
}

/**
 * Measures tokens with one combination of enrolled and live photos. Refused enrolments are counted separately. Refused
 * live photos never match.
 */
export async function measureProtected(
  pool: DecoderPool,
  people: readonly EmbeddedPerson[],
  combination: Combination,
  settings: readonly number[],
  reference: number,
  limits: Limits,
  rules: TrialRules = firstRuns,
): Promise<Outcome[]> {
  const { enrolled, live, genuine, impostor } = toTrials(people, combination, limits.pairs, rules);
  const name = `${toName(combination)} photos`;
  const lengths = [...new Set(settings)];
  const { isOnePerson, isClear, viewsOf } = pool.engine;
  const views = {
    enrolled: enrolled.map(({ embeddings }) => viewsOf(embeddings)),
    live: live.map(({ embeddings }) => viewsOf(embeddings)),
  };
  const toOpen = { ...views, pairs: impostor };
  const strangers = await openImpostors(pool, toOpen, lengths, reference, limits.pairsBelow, name);
  const own = new Map<number, Uint8Array>();
  for (const bits of lengths)
    own.set(bits, await pool.decode(bits, { ...views, pairs: genuine }, `${name}, the person, K = ${bits}`));
  const isNobody = live.map(({ embeddings }) => !isOnePerson(embeddings, 'shown'));

  const isRefused = enrolled.map(
    ({ embeddings, magnitudes }) => !isOnePerson(embeddings, 'enrolled') || !isClear(magnitudes),
  );
  const isTaken = (place: number): boolean => !isRefused[impostor[2 * place]];

  return settings.map((bits) => {
    const { tried, opened, decoded } = strangers.get(bits) ?? { tried: every(0), opened: every(0), decoded: 0 };
    const sides = (windows: readonly PhotoWindow[], counts: (at: number) => boolean): number[] =>
      windows.flatMap((window, at) => (rules.isShown(window) && counts(at) ? [window.person] : []));
    const peopleAt = (place: number): [number, number] => [
      enrolled[impostor[2 * place]].person,
      live[impostor[2 * place + 1]].person,
    ];
    const taken = tried.filter(isTaken);
    const outcomes = own.get(bits) ?? new Uint8Array();
    return {
      bits,
      decoded,
      impostor: {
        trials: taken.length,
        errors: [...opened].filter((place) => isTaken(place) && !isNobody[impostor[2 * place + 1]]).map(peopleAt),
        among: rules.isEven
          ? { sides: [sides(enrolled, (at) => !isRefused[at]), sides(live, () => true)] }
          : { pairs: countByPair(Array.from(taken, peopleAt)) },
      },
      genuine: countByPerson(
        people.length,
        [...outcomes.keys()].flatMap((pair) => {
          const token = genuine[2 * pair];
          const shown = genuine[2 * pair + 1];
          const isError = outcomes[pair] === 0 || isNobody[shown];
          return isRefused[token] ? [] : [{ person: enrolled[token].person, isError }];
        }),
      ),
      enrolments: countByPerson(
        people.length,
        enrolled.map(({ person }, at) => ({ person, isError: isRefused[at] })),
      ),
    };
  });
}
