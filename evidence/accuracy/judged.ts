import { createHash } from 'node:crypto';
import { BadInput } from '../corpus/bad-input.js';
import type { Corpus, CorpusPerson } from '../corpus/corpus.js';
import type { Half, Split } from '../corpus/split.js';

/** `half`: the people that nothing was fitted on. `all`: if nothing was fitted on any. */
export type Judge = 'half' | 'all';

/** Memory limit of pairs: larger halves are sampled. */
const mostPeople = 6000;

const digestOf = ({ person }: CorpusPerson): string => createHash('sha256').update(`drawn ${person}`).digest('hex');

/** Samples by the digests of names, so that runs agree. */
function drawPeople(people: readonly CorpusPerson[]): readonly CorpusPerson[] {
  if (people.length <= mostPeople) return people;
  const order = people.map((each) => ({ each, digest: digestOf(each) })).sort((a, b) => (a.digest < b.digest ? -1 : 1));
  const drawn = new Set(order.slice(0, mostPeople).map(({ each }) => each));
  return people.filter((each) => drawn.has(each));
}

const halfOf = (people: readonly CorpusPerson[], half: Half, split: Split): readonly CorpusPerson[] =>
  people.filter(({ person }, place) => split(person, place) === half);

/**
 * Returns the people who judge.
 * @throws BadInput if none remain
 */
export function chooseJudged({ people, folder }: Corpus, judge: Judge, split: Split): readonly CorpusPerson[] {
  const judged = judge === 'all' ? people : halfOf(people, 'judge', split);
  if (judged.length === 0)
    throw new BadInput(
      `None of the ${people.length} people in ${folder} is in the half that judges. Where nothing was fitted on them: --judge all`,
    );
  return drawPeople(judged);
}

/** Returns the people to fit an engine on, from the half that never judges. */
export const chooseFitting = <T extends Corpus>(corpus: T, split: Split): T => ({
  ...corpus,
  people: drawPeople(halfOf(corpus.people, 'fit', split)),
});
