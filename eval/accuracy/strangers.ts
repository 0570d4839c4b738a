import type { EmbeddedPerson } from '../corpus/embed-corpus.js';
import { sittingOf } from '../corpus/sitting.js';
import { meanOf } from './bare-token.js';
import { toCosine } from './decode.js';
import { photosPerPerson } from './unprotected.js';
import { firstPhotos, type PhotoWindow, type TrialRules } from './windows.js';

/** Strangers each person is most like, at most. */
export const nearestStrangers = 10;

/** Whether no photo of the one is of the same sitting as one of the other, as far as their names tell. */
function isApart(one: PhotoWindow, other: PhotoWindow): boolean {
  const sittings = new Set(one.files.map(sittingOf));
  return !other.files.some((file) => sittingOf(file) !== null && sittings.has(sittingOf(file)));
}

/** Every photo of each person against every photo of each other; genuine pairs across sittings only. */
export const everyPhoto: TrialRules = {
  isShown: () => true,
  isStranger: firstPhotos.isStranger,
  isGenuine: isApart,
  isEven: false,
};

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
  return { ...everyPhoto, isStranger: (enrolled, live) => nearest[enrolled].has(live) };
}
