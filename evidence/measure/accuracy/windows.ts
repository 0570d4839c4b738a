import { createSeededRandom, type SeededRandom } from '../../../src/core/base/chance.js';
import type { EmbeddedPerson } from '../corpus/embed-corpus.js';
import { photosPerPerson } from './unprotected.js';

/**
 * Draws pairs of row and column uniformly, without replacement.
 * @returns row and column of each pair, one after the other, in row order
 */
function drawPairs(
  rows: number,
  columns: number,
  wanted: number,
  chance: SeededRandom,
  isPair: (row: number, column: number) => boolean,
): Uint32Array {
  let left = 0;
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1) if (isPair(row, column)) left += 1;
  const pairs = new Uint32Array(2 * Math.min(wanted, left));
  let at = 0;
  for (let row = 0; row < rows && at < pairs.length; row += 1)
    for (let column = 0; column < columns && at < pairs.length; column += 1) {
      if (!isPair(row, column)) continue;
      const missing = pairs.length / 2 - at / 2;
      if (missing === left || chance.below(left) < missing) {
        pairs[at] = row;
        pairs[at + 1] = column;
        at += 2;
      }
      left -= 1;
    }
  return pairs;
}

export const drawPlaces = (places: number, wanted: number, chance: SeededRandom): Uint32Array =>
  drawPairs(places, 1, wanted, chance, () => true).filter((_, at) => at % 2 === 0);

export function pairsAt(pairs: Uint32Array, places: Uint32Array): Uint32Array {
  const chosen = new Uint32Array(2 * places.length);
  for (const [at, place] of places.entries()) chosen.set(pairs.subarray(2 * place, 2 * place + 2), 2 * at);
  return chosen;
}

export interface Combination {
  readonly enrolled: number;
  readonly live: number;
}

export const toName = ({ enrolled, live }: Combination): string => `${enrolled}x${live}`;

export type PhotoWindow = ReturnType<typeof windowsOf>[number];

export interface TrialRules {
  isShown(window: PhotoWindow): boolean;
  /**
   * Returns true if an impostor trial compares the token of person `enrolled` with the face of person `live`.
   * @param isSymmetric - true if tokens and live faces are made of equally many photos
   */
  isStranger(enrolled: number, live: number, isSymmetric: boolean): boolean;
  isGenuine(enrolled: PhotoWindow, live: PhotoWindow): boolean;
  /** True if all pairs of people have equally many trials. Otherwise the trials must be listed by pair of people. */
  readonly isEven: boolean;
}

/** Returns the number of a photo's recording session from its file name (the NUAA data set's scheme), or `null`. */
const sittingOf = (file: string): string | null => /^\d+_\d+_\d+_(\d+)_\d+\.\w+$/.exec(file)?.[1] ?? null;

function isApart(one: PhotoWindow, other: PhotoWindow): boolean {
  const sittings = new Set(one.files.map(sittingOf));
  return !other.files.some((file) => sittingOf(file) !== null && sittings.has(sittingOf(file)));
}

/**
 * Compares the first photos of each person with the first photos of other people. Genuine pairs never come from one
 * recording session.
 */
export const firstRuns: TrialRules = {
  isShown: ({ from }) => from === 0,
  isStranger: (enrolled, live, isSymmetric) => (isSymmetric ? enrolled < live : enrolled !== live),
  isGenuine: isApart,
  isEven: true,
};

export const everyRun: TrialRules = { ...firstRuns, isShown: () => true, isEven: false };

const photosOf = ({ enrolled, live }: Combination): number => Math.max(photosPerPerson, enrolled + live);

function windowsOf(people: readonly EmbeddedPerson[], size: number, photos: number) {
  return people.flatMap(({ files, embeddings, magnitudes }, person) =>
    Array.from({ length: Math.max(0, Math.min(embeddings.length, photos) - size + 1) }, (_, from) => ({
      person,
      from,
      embeddings: embeddings.slice(from, from + size),
      magnitudes: magnitudes.slice(from, from + size),
      files: files.slice(from, from + size),
    })),
  );
}

function findGenuine(
  enrolled: readonly PhotoWindow[],
  live: readonly PhotoWindow[],
  combination: Combination,
  rules: TrialRules,
): number[] {
  const firstLive = new Map<number, number>();
  for (const [at, { person }] of live.entries()) if (!firstLive.has(person)) firstLive.set(person, at);
  const genuine: number[] = [];
  for (const [at, { person, from }] of enrolled.entries())
    for (let other = firstLive.get(person) ?? live.length; live[other]?.person === person; other += 1) {
      const start = live[other].from;
      const isBefore = start + combination.live <= from;
      const isAfter = start >= from + combination.enrolled;
      const isOnce = combination.enrolled !== combination.live;
      if ((isAfter || (isBefore && isOnce)) && rules.isGenuine(enrolled[at], live[other])) genuine.push(at, other);
    }
  return genuine;
}

export function countGenuinePeople(people: readonly EmbeddedPerson[], combination: Combination): number {
  const enrolled = windowsOf(people, combination.enrolled, photosOf(combination));
  const live = windowsOf(people, combination.live, photosOf(combination));
  const places = findGenuine(enrolled, live, combination, everyRun).filter((_, at) => at % 2 === 0);
  return new Set(places.map((place) => enrolled[place].person)).size;
}

/**
 * Lists the trials. Genuine trials compare two disjoint series among one person's first photos. Impostor trials are
 * drawn from the pairs that `rules` allows.
 */
export function toTrials(
  people: readonly EmbeddedPerson[],
  combination: Combination,
  most: number,
  rules: TrialRules = firstRuns,
) {
  const enrolled = windowsOf(people, combination.enrolled, photosOf(combination));
  const live = windowsOf(people, combination.live, photosOf(combination));
  const isSymmetric = combination.enrolled === combination.live;
  const genuine = findGenuine(enrolled, live, combination, rules);
  const rows = [...enrolled.keys()].filter((at) => rules.isShown(enrolled[at]));
  const columns = [...live.keys()].filter((at) => rules.isShown(live[at]));
  const drawn = drawPairs(
    rows.length,
    columns.length,
    most,
    createSeededRandom(`impostors ${toName(combination)}`),
    (row, column) => rules.isStranger(enrolled[rows[row]].person, live[columns[column]].person, isSymmetric),
  );
  return {
    enrolled,
    live,
    genuine: pairsAt(
      Uint32Array.from(genuine),
      drawPlaces(genuine.length / 2, most, createSeededRandom(`genuine ${toName(combination)}`)),
    ),
    impostor: drawn.map((place, at) => (at % 2 === 0 ? rows[place] : columns[place])),
  };
}
