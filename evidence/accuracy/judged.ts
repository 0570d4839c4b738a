import { BadInput } from '../corpus/bad-input.js';
import type { Corpus, CorpusPerson } from '../corpus/corpus.js';
import type { Split } from '../corpus/split.js';
import { createChance } from '../statistics/chance.js';

/** `half`: the people nothing was fitted on. `all`: where nothing was fitted on any of them. */
export type Judge = 'half' | 'all';

/** More people than this would make more pairs than memory should hold; those judged are then drawn by their names' digest. */
const mostJudged = 6000;

/**
 * The people who judge.
 * @throws BadInput where nobody is left
 */
export function chooseJudged({ people, folder }: Corpus, judge: Judge, split: Split): readonly CorpusPerson[] {
  const judged = judge === 'all' ? people : people.filter(({ person }, place) => split(person, place) === 'judge');
  if (judged.length === 0)
    throw new BadInput(
      `None of the ${people.length} people in ${folder} is in the half that judges. Where nothing was fitted on them: --judge all`,
    );
  if (judged.length <= mostJudged) return judged;
  const chance = createChance('judged');
  const order = judged.map((each) => ({ each, draw: chance.below(2 ** 31) })).sort((a, b) => a.draw - b.draw);
  const drawn = new Set(order.slice(0, mostJudged).map(({ each }) => each));
  return judged.filter((each) => drawn.has(each));
}

/** The people whom an engine is fitted on: those who do not judge it. @param split - the one that it is judged by */
export function chooseFitting<T extends Corpus>(corpus: T, split: Split): T {
  const judges = new Set(chooseJudged(corpus, 'half', split));
  return { ...corpus, people: corpus.people.filter((each) => !judges.has(each)) };
}
