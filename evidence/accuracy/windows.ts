import type { EmbeddedPerson } from '../corpus/embed-corpus.js';
import { sittingOf } from '../corpus/sitting.js';
import { createChance } from '../statistics/chance.js';
import type { Comparison } from './decode.js';
import { drawPairs, drawPlaces, pairsAt } from './pairs.js';
import { photosPerPerson } from './unprotected.js';

/** So many photos at enrolment, and so many at verification. */
export interface Combination {
  readonly enrolled: number;
  readonly live: number;
}

/** How a combination is written in tables and JSON. */
export const toName = ({ enrolled, live }: Combination): string => `${enrolled}x${live}`;

/** Consecutive photos of one person that are taken together. */
export interface PhotoWindow {
  /** Index of the person. */
  readonly person: number;
  /** Index of the first photo. */
  readonly from: number;
  readonly embeddings: readonly Float32Array[];
  readonly magnitudes: readonly number[];
  /** The names of the photos' files. */
  readonly files: readonly string[];
}

/** Which trials are made. */
export interface TrialRules {
  /** Whether this photo or run of photos is held against strangers. */
  isShown(window: PhotoWindow): boolean;
  /**
   * Whether one person's face is tried against the token of another.
   * @param isSymmetric - as many photos are enrolled as shown
   */
  isStranger(enrolled: number, live: number, isSymmetric: boolean): boolean;
  /** Whether two runs of photos of one person, none of them in both, are a genuine pair. */
  isGenuine(enrolled: PhotoWindow, live: PhotoWindow): boolean;
  /** Whether each two people who take part have as many trials as any other two; where not, trials are listed by pair. */
  readonly isEven: boolean;
}

/** Whether no photo of the one is of the same sitting as one of the other, as far as their names tell. */
function isApart(one: PhotoWindow, other: PhotoWindow): boolean {
  const sittings = new Set(one.files.map(sittingOf));
  return !other.files.some((file) => sittingOf(file) !== null && sittings.has(sittingOf(file)));
}

/**
 * The first run of each person against the first of each other, once where both sides have as many photos; genuine pairs
 * across sittings only.
 */
export const firstRuns: TrialRules = {
  isShown: ({ from }) => from === 0,
  isStranger: (enrolled, live, isSymmetric) => (isSymmetric ? enrolled < live : enrolled !== live),
  isGenuine: isApart,
  isEven: true,
};

/** The same with every run of each person. */
export const everyRun: TrialRules = { ...firstRuns, isShown: () => true, isEven: false };

/** What is held against what in one combination. */
export interface Trials {
  readonly enrolled: readonly PhotoWindow[];
  readonly live: readonly PhotoWindow[];
  readonly genuine: Comparison;
  readonly impostor: Comparison;
}

/** How many of each person's first photos count: eight, or as many as a genuine pair takes. */
const photosOf = ({ enrolled, live }: Combination): number => Math.max(photosPerPerson, enrolled + live);

/** All windows of so many consecutive photos among each person's first ones. @param photos - how many count */
function windowsOf(people: readonly EmbeddedPerson[], size: number, photos: number): PhotoWindow[] {
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

/** The places of the two windows of each genuine pair, one after the other. */
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

/** How many people have a genuine pair. */
export function countGenuinePeople(people: readonly EmbeddedPerson[], combination: Combination): number {
  const enrolled = windowsOf(people, combination.enrolled, photosOf(combination));
  const live = windowsOf(people, combination.live, photosOf(combination));
  const places = findGenuine(enrolled, live, combination, everyRun).filter((_, at) => at % 2 === 0);
  return new Set(places.map((place) => enrolled[place].person)).size;
}

/**
 * Genuine: every window of one person's first eight photos (ten where five are enrolled and five shown) against every other
 * that shares no photo with it; where as many are enrolled as shown, each two once. Impostor: the first window of each person against the first of each other. Both unless
 * the rules say otherwise.
 * @param most - pairs of each kind; of more, so many are drawn at random
 */
export function toTrials(
  people: readonly EmbeddedPerson[],
  combination: Combination,
  most: number,
  rules: TrialRules = firstRuns,
): Trials {
  const enrolled = windowsOf(people, combination.enrolled, photosOf(combination));
  const live = windowsOf(people, combination.live, photosOf(combination));
  const isSymmetric = combination.enrolled === combination.live;
  const faces = {
    enrolled: enrolled.map(({ embeddings }) => embeddings),
    live: live.map(({ embeddings }) => embeddings),
  };
  const genuine = findGenuine(enrolled, live, combination, rules);
  const rows = [...enrolled.keys()].filter((at) => rules.isShown(enrolled[at]));
  const columns = [...live.keys()].filter((at) => rules.isShown(live[at]));
  const drawn = drawPairs(
    rows.length,
    columns.length,
    most,
    createChance(`impostors ${toName(combination)}`),
    (row, column) => rules.isStranger(enrolled[rows[row]].person, live[columns[column]].person, isSymmetric),
  );
  return {
    enrolled,
    live,
    genuine: {
      ...faces,
      pairs: pairsAt(
        Uint32Array.from(genuine),
        drawPlaces(genuine.length / 2, most, createChance(`genuine ${toName(combination)}`)),
      ),
    },
    impostor: {
      ...faces,
      pairs: drawn.map((place, at) => (at % 2 === 0 ? rows[place] : columns[place])),
    },
  };
}
