import { basename, resolve } from 'node:path';
import { createSeededRandom } from '../../src/core/base/chance.js';
import type { Binding } from '../../src/core/ports.js';
import { Embedding } from '../../src/core/secrets.js';
import { greatestFalsePositiveRate, mostTokens } from '../../src/extensions/roster/identify.js';
import { createStretch } from '../../src/face/token/derive.js';
import { createFv1, type Fv1 } from '../../src/face/token/fv1.js';
import { promisedFalsePositives, readRoster, searchRoster } from '../../src/face/verifier/search.js';
import { facesFolder } from '../../support/data/faces.js';
import { testShare } from '../../support/data/share.js';
import { createKeysInMemory } from '../../support/fakes/keys.js';
import { type EmbeddedPerson, embedSources } from '../corpus/people.js';
import { meanOf, parameters, shippedEngine } from '../measure/accuracy/bare-token.js';
import { readCorpus, readSources, toHalf } from '../measure/corpus/corpus.js';
import { type EvalProgram, keep, type PrintLine, toFile } from '../measure/program.js';
import { rateByPerson } from '../measure/statistics/clustered-rate.js';

/** The same values as in examples/door.ts. */
const level = 8;
const enrolledPhotos = 3;
/** Maximum number of photos per person, so that no one dominates. */
const probesOfPerson = 2;
const binding: Binding = { tenant: 'eval', idp: 'api', subject: '', scope: 'door', accuracy: level };

function chunksOf<T>(values: readonly T[], size: number): T[][] {
  const chunks = Array.from({ length: Math.floor(values.length / size) }, (_, at) =>
    values.slice(at * size, (at + 1) * size),
  );
  return chunks.slice(0, probesOfPerson);
}

/** Uses the cheapest Argon2id parameters, which do not affect the results. */
function createTokens(name: string): Fv1 {
  const chance = createSeededRandom(`roster ${name}`);
  return createFv1({
    parameters,
    keys: createKeysInMemory(chance.bytes(32)),
    random: (bytes) => chance.bytes(bytes),
    stretch: createStretch({ memoryKiB: 8, passes: 1 }),
  });
}

/**
 * Enrols each person with at least four photos, using the first three. Searches the roster with all photos that are
 * left.
 */
async function measureSource(source: string, people: readonly EmbeddedPerson[], shown: number, say: PrintLine) {
  const fv1 = createTokens(source);
  const isEnrolled = ({ embeddings, magnitudes }: EmbeddedPerson): boolean => {
    const first = embeddings.slice(0, enrolledPhotos);
    const isSound =
      shippedEngine.isOnePerson(first, 'enrolled') && shippedEngine.isClear(magnitudes.slice(0, enrolledPhotos));
    return embeddings.length > enrolledPhotos && isSound;
  };
  const listed = people.filter(isEnrolled).slice(0, mostTokens);
  const tokens = [];
  for (const { embeddings } of listed) {
    const embedding = new Embedding(meanOf(embeddings.slice(0, enrolledPhotos)));
    tokens.push(
      (await fv1.seal({ embedding, photos: enrolledPhotos, binding, secret: null, expiresAt: null, share: testShare }))
        .token,
    );
  }
  const roster = readRoster(tokens, parameters);
  const search = (among: typeof roster, photos: readonly Float32Array[]) => {
    const face = shippedEngine.isOnePerson(photos, 'shown') ? new Embedding(meanOf(photos)) : null;
    return searchRoster(among, { binding, share: testShare }, () => face, fv1);
  };

  const found: { person: string; hit: boolean }[] = [];
  const others: { person: string; hit: boolean }[] = [];
  let ambiguous = 0;
  let leftOut = 0;
  let done = 0;
  for (const each of people) {
    const { person, embeddings } = each;
    const position = listed.indexOf(each);
    for (const photos of chunksOf(embeddings.slice(position === -1 ? 0 : enrolledPhotos), shown)) {
      const positions = await search(roster, photos);
      others.push({ person, hit: positions.some((other) => other !== position) });
      if (position === -1) continue;
      found.push({ person, hit: positions.length === 1 && positions[0] === position });
      if (positions.length > 1) ambiguous += 1;
      const alone = await search([roster[position]], photos);
      if (alone.length > 0 && !positions.includes(position)) leftOut += 1;
    }
    done += 1;
    if (done % 100 === 0) say(`${source}, ${shown} shown: ${done} of ${people.length} people`);
  }
  return {
    source,
    shown,
    people: people.length,
    tokens: roster.length,
    /** Promised false positive rate for a roster of this size. */
    promised: promisedFalsePositives(roster, binding),
    found: rateByPerson(found),
    falsePositives: rateByPerson(others),
    /** Number of searches for a roster member in which more than one token opened. */
    ambiguous,
    /** Number of searches that miss the right token because they do not compare the face with that token. */
    leftOut,
  };
}

async function runOn(folders: readonly string[], say: PrintLine, out: string | null) {
  const rosters = [];
  for (const folder of folders) {
    const sources = await readSources(folder);
    // Uses the half of the people that nothing was fitted on. Small sources use everyone.
    const chosen = sources ?? [
      {
        source: basename(resolve(folder)),
        folder,
        people: (await readCorpus(folder)).people.filter(({ person }) => toHalf(person) === 'judge'),
      },
    ];
    const embedded = await embedSources(chosen, say);
    for (const [at, { source }] of chosen.entries())
      for (const shown of [1, 3]) rosters.push(await measureSource(source, embedded[at].people, shown, say));
  }
  const command = 'npm run eval -- roster --data DIR…';
  const report = { command, engine: shippedEngine.name, level, enrolledPhotos, greatestFalsePositiveRate, rosters };
  await keep(out, { 'roster.json': toFile(report) });
  return report;
}

export const roster: EvalProgram = {
  about: 'a roster at a door: how often people, and strangers, are identified (--data takes several folders)',
  runOn,
  run: (say, out) => runOn([facesFolder], say, out),
};
