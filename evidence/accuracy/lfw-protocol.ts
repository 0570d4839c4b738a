import { BadInput } from '../corpus/bad-input.js';
import type { Corpus } from '../corpus/corpus.js';
import type { EmbeddedPerson } from '../corpus/embed-corpus.js';
import type { Fold, NamedPhoto } from '../corpus/pairs-file.js';
import { toCosine } from './decode.js';

export interface FoldCosines {
  readonly genuine: readonly number[];
  readonly impostor: readonly number[];
}

/** Value that replaces the cosine of a pair if one of its photos has no face. It is below every threshold. */
const neverMatches = -2;

const toKey = (person: string, file: string): string =>
  `${person.normalize()}/${file.replace(/\.[^.]*$/, '').normalize()}`;
const toKeyOf = ({ person, number }: NamedPhoto): string =>
  toKey(person, `${person}_${String(number).padStart(4, '0')}.jpg`);

/** @throws BadInput with the first pair that lacks a photo */
export function checkPairs(folds: readonly Fold[], { people }: Corpus): void {
  const known = new Set(people.flatMap(({ person, files }) => files.map((file) => toKey(person, file))));
  const missing = folds
    .flatMap(({ genuine, impostor }) => [...genuine, ...impostor])
    .flatMap(({ line, photos }) =>
      photos.filter((photo) => !known.has(toKeyOf(photo))).map((photo) => ({ line, photo })),
    );
  const [first] = missing;
  if (first !== undefined)
    throw new BadInput(
      `pairs.txt, line ${first.line}: there is no photo ${first.photo.number} of ${first.photo.person}; ${missing.length} photos it names are missing`,
    );
}

export function compareFolds(folds: readonly Fold[], people: readonly EmbeddedPerson[]): FoldCosines[] {
  const embeddings = new Map(
    people.flatMap(({ person, files, embeddings: all }) => files.map((file, at) => [toKey(person, file), all[at]])),
  );
  const toCosines = (pairs: Fold['genuine']): number[] =>
    pairs.map(({ photos: [one, other] }) => {
      const [a, b] = [embeddings.get(toKeyOf(one)), embeddings.get(toKeyOf(other))];
      return a === undefined || b === undefined ? neverMatches : toCosine(a, b);
    });
  return folds.map(({ genuine, impostor }) => ({ genuine: toCosines(genuine), impostor: toCosines(impostor) }));
}

function chooseThreshold(folds: readonly FoldCosines[]): number {
  const all = folds
    .flatMap(({ genuine, impostor }) => [
      ...genuine.map((cosine) => ({ cosine, gain: 1 })),
      ...impostor.map((cosine) => ({ cosine, gain: -1 })),
    ])
    .sort((a, b) => b.cosine - a.cosine);
  let [right, most, threshold] = [0, 0, all[0].cosine + 1];
  for (const [at, { cosine, gain }] of all.entries()) {
    right += gain;
    const next = all[at + 1]?.cosine ?? cosine - 1;
    if (right > most && next < cosine) [most, threshold] = [right, (cosine + next) / 2];
  }
  return threshold;
}

/** Runs the protocol of Labeled Faces in the Wild: each fold is judged at the best threshold of the other folds. */
export function judgeFolds(folds: readonly FoldCosines[]) {
  const judged = folds.map((fold) => {
    const threshold = chooseThreshold(folds.filter((other) => other !== fold));
    const falseNonMatches = fold.genuine.filter((cosine) => cosine < threshold).length;
    const falseMatches = fold.impostor.filter((cosine) => cosine >= threshold).length;
    const pairs = fold.genuine.length + fold.impostor.length;
    return { falseMatches, falseNonMatches, accuracy: 1 - (falseMatches + falseNonMatches) / pairs };
  });
  const accuracy = judged.reduce((sum, fold) => sum + fold.accuracy, 0) / judged.length;
  const variance = judged.reduce((sum, fold) => sum + (fold.accuracy - accuracy) ** 2, 0) / (judged.length - 1);
  return {
    accuracy,
    standardError: Math.sqrt(variance / judged.length),
    falseMatches: judged.reduce((sum, fold) => sum + fold.falseMatches, 0),
    falseNonMatches: judged.reduce((sum, fold) => sum + fold.falseNonMatches, 0),
  };
}
