import { groupsFolder } from '../../support/data/faces.js';
import { type EmbeddedPerson, embedPeople, embedSources } from '../corpus/people.js';
import { BadInput, readSources, toHalf, toHalfByPlace } from '../measure/corpus/corpus.js';
import type { EvalProgram } from '../measure/program.js';
import { meanOfMeans, principalDirections, subtract, toMillionths } from '../measure/statistics/directions.js';

const meanOver = (people: readonly EmbeddedPerson[]): Float32Array =>
  meanOfMeans(people.map(({ embeddings }) => embeddings));

const photosOf = (people: readonly EmbeddedPerson[]): number =>
  people.reduce((sum, { embeddings }) => sum + embeddings.length, 0);

/** Prints the current engine's part of `src/face/engines.json`, without the levels. */
export const fit: EvalProgram = {
  about: 'mean and directions of src/face/engines.json, fitted on one half of the people and of FACESTEP_GROUPS',
  async run(say) {
    const found = await readSources(groupsFolder);
    if (found === null) throw new BadInput('No faces grouped by place. Set FACESTEP_GROUPS to their folder.');
    const mixed = await embedPeople(({ person }) => toHalf(person) === 'fit', say);
    const fitting = found.map((source) => ({
      ...source,
      people: source.people.filter(({ person }, place) => toHalfByPlace(person, place) === 'fit'),
    }));
    const embedded = await embedSources(fitting, say);
    const mean = meanOver(mixed);
    const apart = embedded.map(({ people }) => subtract(meanOver(people), mean));
    const counted = embedded.map(({ people }) => ({ people: people.length, photos: photosOf(people) }));
    return {
      mixed: { people: mixed.length, photos: photosOf(mixed) },
      sources: Object.fromEntries(found.map(({ source }, at) => [source, counted[at]])),
      meanInMillionths: toMillionths(mean),
      directionsInMillionths: principalDirections(apart, found.length).map(toMillionths),
    };
  },
};
