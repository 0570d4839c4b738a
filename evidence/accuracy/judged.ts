import { createHash } from 'node:crypto';
import { BadInput } from '../corpus/bad-input.js';
import type { Corpus, CorpusPerson } from '../corpus/corpus.js';
import type { Half, Split } from '../corpus/split.js';

/** `half`: the people nothing was fitted on. `all`: where nothing was fitted on any of them. */
export type Judge = 'half' | 'all';

/** More people than this would make more pairs than memory should hold: of each half so many are drawn. */
const mostPeople = 6000;

const digestOf = ({ person }: CorpusPerson): string => createHash('sha256').update(`drawn ${person}`).digest('hex');

/** By their names' digest: in another run the same, as far as they are there. */
function drawPeople(people: readonly CorpusPerson[]): readonly CorpusPerson[] {
  if (people.length <= mostPeople) return people;
  const order = people.map((each) => ({ each, digest: digestOf(each) })).sort((a, b) => (a.digest < b.digest ? -1 : 1));
  const drawn = new Set(order.slice(0, mostPeople).map(({ each }) => each));
  return people.filter((each) => drawn.has(each));
}

const halfOf = (people: readonly CorpusPerson[], half: Half, split: Split): readonly CorpusPerson[] =>
  people.filter(({ person }, place) => split(person, place) === half);

/**
 * The people who judge.
 * @throws BadInput where nobody is left
 */
export function chooseJudged({ people, folder }: Corpus, judge: Judge, split: Split): readonly CorpusPerson[] {
  const judged = judge === 'all' ? people : halfOf(people, 'judge', split);
  if (judged.length === 0)
    throw new BadInput(
      `None of the ${people.length} people in ${folder} is in the half that judges. Where nothing was fitted on them: --judge all`,
    );
  return drawPeople(judged);
}

/** The people whom an engine is fitted on: of the half that never judges it. @param split - the one that it is judged by */
export const chooseFitting = <T extends Corpus>(corpus: T, split: Split): T => ({
  ...corpus,
  people: drawPeople(halfOf(corpus.people, 'fit', split)),
});
