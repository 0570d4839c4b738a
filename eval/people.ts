import { createEnginePool } from '../src/engine/pool.js';
import { people } from '../test/faces.js';
import { modelsFolder } from '../test/paths.js';
import { embeddingLength, embedFaces } from './embed-faces.js';
import { toHalf } from './split.js';

/** One person's embeddings, in the order of the photos. */
export interface EmbeddedPerson {
  readonly person: string;
  readonly embeddings: readonly Float32Array[];
}

/** Embeds evaluation photos with the pipeline that ships. @param wants - which people, by name and number of photos */
export async function embedPeople(
  wants: (entry: { readonly person: string; readonly photos: number }) => boolean,
  say: (line: string) => void,
): Promise<EmbeddedPerson[]> {
  const chosen = people().filter(wants);
  const ids = chosen.flatMap(({ person, photos }) =>
    Array.from({ length: photos }, (_, at) => ({ person, number: at + 1 })),
  );
  const engine = await createEnginePool({ modelsFolder, queueLimit: ids.length });
  const all = await embedFaces(engine, ids, say);
  await engine.close();
  let at = 0;
  return chosen.map(({ person, photos }) => ({
    person,
    embeddings: Array.from({ length: photos }, () => all.subarray(at * embeddingLength, ++at * embeddingLength)),
  }));
}

/** The half that constants are fitted on, and the half that judges them. */
export async function embedHalves(
  say: (line: string) => void,
): Promise<{ readonly fit: EmbeddedPerson[]; readonly judge: EmbeddedPerson[] }> {
  const all = await embedPeople(() => true, say);
  return {
    fit: all.filter(({ person }) => toHalf(person) === 'fit'),
    judge: all.filter(({ person }) => toHalf(person) === 'judge'),
  };
}
