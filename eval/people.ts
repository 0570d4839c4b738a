import { availableParallelism } from 'node:os';
import { Photo } from '../src/core/concealed.js';
import { createEnginePool } from '../src/engine/pool.js';
import { toCode } from '../src/errors.js';
import { face, modelsFolder, people } from '../test/faces.js';
import { isFitPerson } from './split.js';

/** One person's embeddings, in the order of the photos; photos without a face are left out. */
export interface EmbeddedPerson {
  readonly person: string;
  readonly embeddings: readonly Float32Array[];
}

/** Embeds evaluation photos with the pipeline that ships. @param wants - which people, by name and number of photos */
export async function embedPeople(
  wants: (entry: { readonly person: string; readonly photos: number }) => boolean,
  say: (line: string) => void,
): Promise<EmbeddedPerson[]> {
  const engine = await createEnginePool({ modelsFolder, queueLimit: availableParallelism() * 4 });
  const chosen = people().filter(wants);
  const result: EmbeddedPerson[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < chosen.length) {
      const at = next;
      next += 1;
      if (at % 500 === 0) say(`Embedding the photos of ${at} of ${chosen.length} people…`);
      const { person, photos } = chosen[at];
      const embeddings: Float32Array[] = [];
      for (let number = 1; number <= photos; number += 1) {
        try {
          const { embedding } = await engine.examineCentral(new Photo(face(person, number)), ['embedding']);
          embedding?.use((values) => embeddings.push(Float32Array.from(values)));
        } catch (error) {
          say(`${person} ${number}: ${toCode(error)}`);
        }
      }
      result[at] = { person, embeddings };
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() * 2 }, work));
  await engine.close();
  return result.filter(({ embeddings }) => embeddings.length > 0);
}

/** The half that constants are fitted on, and the half that judges them. */
export async function embedHalves(
  say: (line: string) => void,
): Promise<{ readonly fit: EmbeddedPerson[]; readonly judge: EmbeddedPerson[] }> {
  const all = await embedPeople(() => true, say);
  return {
    fit: all.filter(({ person }) => isFitPerson(person)),
    judge: all.filter(({ person }) => !isFitPerson(person)),
  };
}
