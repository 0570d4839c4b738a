import { createSeededRandom, type SeededRandom } from '../../src/core/base/chance.js';
import { hasFaces } from '../../support/data/faces.js';
import { toEmbedding } from '../../support/fakes/simulated-engine.js';
import { embedPeople } from '../corpus/people.js';
import { toHalf } from '../measure/corpus/corpus.js';
import type { Size } from './attack.js';

export interface Person {
  readonly embeddings: readonly Float32Array[];
}

export interface Faces {
  /** False for simulated faces. Results that depend on the distribution of real faces are then omitted. */
  readonly areReal: boolean;
  readonly fit: readonly Person[];
  readonly judge: readonly Person[];
}

const quickPeople = { fit: 120, judge: 60 };

export async function loadFaces(size: Size, say: (line: string) => void): Promise<Faces> {
  if (!hasFaces) {
    say('SKIPPED: measurements on real faces (set FACESTEP_FACES). Simulated faces are used instead.');
    const simulate = (half: string, count: number): Person[] =>
      Array.from({ length: count }, (_, at) => ({
        embeddings: [1, 2].map((shot) => toEmbedding(`${half} ${at}`, shot)),
      }));
    return { areReal: false, fit: simulate('fit', quickPeople.fit), judge: simulate('judge', quickPeople.judge) };
  }
  const left = { ...quickPeople };
  const people = await embedPeople(({ person, photos }) => {
    if (size === 'full') return true;
    const half = toHalf(person);
    if (photos !== (half === 'fit' ? 1 : 2)) return false;
    left[half] -= 1;
    return left[half] >= 0;
  }, say);
  return {
    areReal: true,
    fit: people.filter(({ person }) => toHalf(person) === 'fit'),
    judge: people.filter(({ person }) => toHalf(person) === 'judge'),
  };
}

/** Puts the values themselves in random order (Fisher and Yates). */
export function shuffle<Values extends { [at: number]: unknown; readonly length: number }>(
  values: Values,
  chance: SeededRandom,
): Values {
  for (let last = values.length - 1; last > 0; last -= 1) {
    const chosen = chance.below(last + 1);
    [values[last], values[chosen]] = [values[chosen], values[last]];
  }
  return values;
}

export const shuffled = <T>(all: readonly T[], name: string): T[] => shuffle([...all], createSeededRandom(name));
