import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { createSeededRandom } from '../../../src/core/base/chance.js';
import { BadInput, type Corpus, type CorpusPerson, type Half, type Split } from '../corpus/corpus.js';
import type { EmbeddedCorpus } from '../corpus/embed-corpus.js';
import { createBootstrap, toPersonRate } from '../statistics/bootstrap.js';
import { roundInterval, roundOrNull } from './rates.js';

/**
 * `half`: measure only on the half of the people that is never used for fitting. `all`: measure on everyone, if nothing
 * was fitted on them.
 */
export type Judge = 'half' | 'all';

/** Maximum number of people, which limits the memory for their pairs. Larger groups are sampled. */
const mostPeople = 6000;

const digestOf = ({ person }: CorpusPerson): string => createHash('sha256').update(`drawn ${person}`).digest('hex');

/** Samples people by the digests of their names, so that every measurement chooses the same people. */
function drawPeople(people: readonly CorpusPerson[]): readonly CorpusPerson[] {
  if (people.length <= mostPeople) return people;
  const order = people.map((each) => ({ each, digest: digestOf(each) })).sort((a, b) => (a.digest < b.digest ? -1 : 1));
  const drawn = new Set(order.slice(0, mostPeople).map(({ each }) => each));
  return people.filter((each) => drawn.has(each));
}

const halfOf = (people: readonly CorpusPerson[], half: Half, split: Split): readonly CorpusPerson[] =>
  people.filter(({ person }, place) => split(person, place) === half);

/** @throws BadInput if no one remains */
export function chooseJudged({ people, folder }: Corpus, judge: Judge, split: Split): readonly CorpusPerson[] {
  const judged = judge === 'all' ? people : halfOf(people, 'judge', split);
  if (judged.length === 0)
    throw new BadInput(
      `None of the ${people.length} people in ${folder} is in the half that judges. If nothing was fitted on them, add --judge all`,
    );
  return drawPeople(judged);
}

/** Returns the people to fit an engine on. Accuracy is never measured on these people. */
export const chooseFitting = <T extends Corpus>(corpus: T, split: Split): T => ({
  ...corpus,
  people: drawPeople(halfOf(corpus.people, 'fit', split)),
});

const isUnreadable = (code: string): boolean =>
  ['unreadable', 'photo_invalid', 'photo_too_large', 'photo_animated'].includes(code);

/** Counts photos in which the engine found no usable face. Unreadable files are counted separately. */
export function measureAcquisition(
  judged: readonly CorpusPerson[],
  { notAcquired }: EmbeddedCorpus,
  say: (line: string) => void,
) {
  const places = new Map(judged.map(({ person }, at) => [person, at]));
  const trials = Uint32Array.from(judged, ({ files }) => files.length);
  const errors = new Uint32Array(judged.length);
  const failures: Record<string, number> = {};
  const unreadable: string[] = [];
  for (const { person, file, code } of notAcquired) {
    const place = places.get(person);
    if (place === undefined) continue;
    if (isUnreadable(code)) {
      trials[place] -= 1;
      unreadable.push(`${join(person, file)} (${code})`);
    } else {
      errors[place] += 1;
      failures[code] = (failures[code] ?? 0) + 1;
    }
  }
  if (unreadable.length > 0)
    say(`${unreadable.length} files cannot be read as photos, such as: ${unreadable.slice(0, 5).join(', ')}`);
  const bootstrap = createBootstrap(judged.length, createSeededRandom('acquisition'));
  const rate = toPersonRate(bootstrap, { trials, errors });
  return {
    photos: rate.trials,
    failures,
    rate: roundOrNull(rate.rate),
    interval: roundInterval(rate.interval),
    unreadable: unreadable.length,
  };
}
