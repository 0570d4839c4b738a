import type { EmbeddedPerson } from '../corpus/embed-corpus.js';
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
}

/** What is held against what in one combination. */
export interface Trials {
  readonly enrolled: readonly PhotoWindow[];
  readonly live: readonly PhotoWindow[];
  readonly genuine: Comparison;
  readonly impostor: Comparison;
}

/** All windows of so many consecutive photos among each person's first ones. */
function windowsOf(people: readonly EmbeddedPerson[], size: number): PhotoWindow[] {
  return people.flatMap(({ embeddings, magnitudes }, person) =>
    Array.from({ length: Math.max(0, Math.min(embeddings.length, photosPerPerson) - size + 1) }, (_, from) => ({
      person,
      from,
      embeddings: embeddings.slice(from, from + size),
      magnitudes: magnitudes.slice(from, from + size),
    })),
  );
}

/**
 * Genuine: every window of one person's first eight photos against every other that shares no photo with it; where as many
 * are enrolled as shown, each two once. Impostor: the first window of each person against the first of each other.
 * @param most - pairs of each kind; of more, so many are drawn at random
 */
export function toTrials(people: readonly EmbeddedPerson[], combination: Combination, most: number): Trials {
  const enrolled = windowsOf(people, combination.enrolled);
  const live = windowsOf(people, combination.live);
  const isSymmetric = combination.enrolled === combination.live;
  const faces = {
    enrolled: enrolled.map(({ embeddings }) => embeddings),
    live: live.map(({ embeddings }) => embeddings),
  };
  const firstLive = new Map<number, number>();
  for (const [at, { person }] of live.entries()) if (!firstLive.has(person)) firstLive.set(person, at);

  const genuine: number[] = [];
  for (const [at, { person, from }] of enrolled.entries())
    for (let other = firstLive.get(person) ?? live.length; live[other]?.person === person; other += 1) {
      const start = live[other].from;
      const isBefore = start + combination.live <= from;
      const isAfter = start >= from + combination.enrolled;
      if (isAfter || (isBefore && !isSymmetric)) genuine.push(at, other);
    }

  const rows = [...enrolled.keys()].filter((at) => enrolled[at].from === 0);
  const columns = [...live.keys()].filter((at) => live[at].from === 0);
  const drawn = drawPairs(
    rows.length,
    columns.length,
    most,
    createChance(`impostors ${toName(combination)}`),
    (row, column) => {
      const [one, other] = [enrolled[rows[row]].person, live[columns[column]].person];
      return isSymmetric ? one < other : one !== other;
    },
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
