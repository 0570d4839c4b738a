import type { EmbeddedPerson } from '../corpus/embed-corpus.js';
import { meanOf } from './bare-token.js';
import { toCosine } from './decode.js';
import { photosPerPerson } from './unprotected.js';
import { everyRun, type TrialRules } from './windows.js';

export const nearestStrangers = 10;

/** Finds the most similar other people for each person, by their mean embeddings. */
export function findNearest(people: readonly EmbeddedPerson[]): readonly ReadonlySet<number>[] {
  const means = people.map(({ embeddings }) => meanOf(embeddings.slice(0, photosPerPerson)));
  return means.map((own, person) => {
    const others = means.map((mean, place) => ({ place, cosine: toCosine(own, mean) }));
    const alike = others.filter(({ place }) => place !== person).sort((a, b) => b.cosine - a.cosine);
    return new Set(alike.slice(0, nearestStrangers).map(({ place }) => place));
  });
}

export function toNearest(people: readonly EmbeddedPerson[]): TrialRules {
  const nearest = findNearest(people);
  return { ...everyRun, isStranger: (enrolled, live) => nearest[enrolled].has(live) };
}
