import { hasFaces } from '../../support/data/faces.js';
import { toEmbedding } from '../../support/fakes/simulated-engine.js';
import { embedPeople } from '../corpus/people.js';
import { toHalf } from '../measure/corpus/corpus.js';
import type { Size } from './attack.js';

export interface Faces {
  /** False for simulated faces. */
  readonly areReal: boolean;
  /** Embeddings of each person. */
  readonly people: readonly (readonly Float32Array[])[];
}

const quickPeople = 60;

/** Loads the faces of the half of the people that is used to judge, not to fit. */
export async function loadFaces(size: Size, say: (line: string) => void): Promise<Faces> {
  if (!hasFaces) {
    say('SKIPPED: measurements on real faces (set FACESTEP_FACES). Simulated faces are used instead.');
    const people = Array.from({ length: quickPeople }, (_, at) =>
      [1, 2].map((shot) => toEmbedding(`judge ${at}`, shot)),
    );
    return { areReal: false, people };
  }
  let left = quickPeople;
  const people = await embedPeople(({ person, photos }) => {
    if (toHalf(person) !== 'judge') return false;
    if (size === 'full') return true;
    if (photos !== 2) return false;
    left -= 1;
    return left >= 0;
  }, say);
  return { areReal: true, people: people.map(({ embeddings }) => embeddings) };
}
