import type { EmbeddedPerson } from '../corpus/embed-corpus.js';
import { meanOf } from './bare-token.js';
import { toCosine } from './decode.js';
import { photosPerPerson } from './unprotected.js';
import { everyRun, type TrialRules } from './windows.js';

/** Strangers each person is most like, at most. */
export const nearestStrangers = 10;

/** For each person the places of the others most like them, by the cosine of the means of their first photos. */
export function findNearest(people: readonly EmbeddedPerson[]): readonly ReadonlySet<number>[] {
  const means = people.map(({ embeddings }) => meanOf(embeddings.slice(0, photosPerPerson)));
  return means.map((own, person) => {
    const others = means.map((mean, place) => ({ place, cosine: toCosine(own, mean) }));
    const alike = others.filter(({ place }) => place !== person).sort((a, b) => b.cosine - a.cosine);
    return new Set(alike.slice(0, nearestStrangers).map(({ place }) => place));
  });
}

/** The same, against the strangers most like each person alone: their token, and the stranger's face. */
export function toNearest(people: readonly EmbeddedPerson[]): TrialRules {
  const nearest = findNearest(people);
  return { ...everyRun, isStranger: (enrolled, live) => nearest[enrolled].has(live) };
}
