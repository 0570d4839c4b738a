import { basename, resolve } from 'node:path';
import { createSeededRandom } from '../../src/core/base/chance.js';
import { Embedding } from '../../src/core/secrets.js';
import { portraitAccuracy } from '../../src/enrolment/portrait.js';
import { withCentred } from '../../src/face/verifier/embeddings.js';
import { facesFolder } from '../../support/data/faces.js';
import { type EmbeddedPerson, embedSources } from '../corpus/people.js';
import { accuracies, parameters, shippedEngine } from '../measure/accuracy/bare-token.js';
import { roundInterval, roundOrNull } from '../measure/accuracy/rates.js';
import { type Half, readCorpus, readSources, toHalf } from '../measure/corpus/corpus.js';
import { type EvalProgram, keep, type PrintLine, toFile } from '../measure/program.js';
import { createBootstrap, toPairRate, toPersonRate } from '../measure/statistics/bootstrap.js';
import { dot } from '../measure/statistics/directions.js';

/** Pictures straight ahead with which a portrait is compared; one match is enough. */
const livePictures = 2;

interface Compared {
  readonly portrait: Float32Array;
  readonly live: readonly Float32Array[];
}

/** Takes the first photo as the portrait, and the last ones as the live pictures. */
const toCompared = ({ embeddings }: EmbeddedPerson): Compared[] =>
  embeddings.length > livePictures
    ? [{ portrait: toCentred(embeddings[0]), live: embeddings.slice(-livePictures).map(toCentred) }]
    : [];

const toCentred = (values: Float32Array): Float32Array =>
  withCentred([new Embedding(Float32Array.from(values))], parameters.current.centre, ([centred]) =>
    centred.use((all) => Float32Array.from(all)),
  );

const similarityOf = (portrait: Float32Array, live: readonly Float32Array[]): number =>
  Math.max(...live.map((each) => dot(portrait, each)));

/** Compares the portrait of each person with the live pictures of everybody. */
function measureSource(source: string, half: Half | 'all', people: readonly EmbeddedPerson[]) {
  const compared = people.flatMap(toCompared);
  const bootstrap = createBootstrap(compared.length, createSeededRandom('people'));
  const own = compared.map(({ portrait, live }) => similarityOf(portrait, live));
  const strangers: { readonly pair: readonly [number, number]; readonly cosine: number }[] = [];
  const least = Math.min(...accuracies.map(shippedEngine.cosineOf));
  for (const [one, { portrait }] of compared.entries())
    for (const [other, { live }] of compared.entries()) {
      const cosine = one === other ? Number.NEGATIVE_INFINITY : similarityOf(portrait, live);
      if (cosine >= least) strangers.push({ pair: [one, other], cosine });
    }
  const sides = compared.map((_, at) => at);
  return accuracies.map((level) => {
    const bound = shippedEngine.cosineOf(level);
    const falseMatch = toPairRate(bootstrap, {
      trials: compared.length * (compared.length - 1),
      errors: strangers.filter(({ cosine }) => cosine >= bound).map(({ pair }) => pair),
      among: { sides: [sides, sides] },
    });
    const falseNonMatch = toPersonRate(bootstrap, {
      trials: Uint32Array.from(own, () => 1),
      errors: Uint32Array.from(own, (cosine) => (cosine < bound ? 1 : 0)),
    });
    return {
      source,
      half,
      people: compared.length,
      level,
      cosine: bound,
      falseMatch: roundOrNull(falseMatch.rate),
      falseMatchInterval: roundInterval(falseMatch.interval),
      falseNonMatch: roundOrNull(falseNonMatch.rate),
      falseNonMatchInterval: roundInterval(falseNonMatch.interval),
    };
  });
}

async function runOn(folders: readonly string[], say: PrintLine, out: string | null) {
  const rows = [];
  for (const folder of folders) {
    const sources = await readSources(folder);
    const chosen = sources ?? [
      { source: basename(resolve(folder)), folder, people: (await readCorpus(folder)).people },
    ];
    const fewer = chosen.map(({ folder: at, people }) => ({
      folder: at,
      people: people
        .filter(({ files }) => files.length > livePictures)
        .map(({ person, files }) => ({ person, files: [...files.slice(0, 1), ...files.slice(-livePictures)] })),
    }));
    const embedded = await embedSources(fewer, say);
    for (const [at, { source }] of chosen.entries()) {
      const { people } = embedded[at];
      if (sources !== null) rows.push(...measureSource(source, 'all', people));
      else
        for (const half of ['fit', 'judge'] as const)
          rows.push(
            ...measureSource(
              source,
              half,
              people.filter(({ person }) => toHalf(person) === half),
            ),
          );
    }
  }
  const command = 'npm run eval -- portrait --data DIR…';
  const report = { command, engine: shippedEngine.name, portraitAccuracy, livePictures, rows };
  await keep(out, { 'portrait.json': toFile(report) });
  return report;
}

export const portrait: EvalProgram = {
  about: 'one portrait against two live pictures, at every level (--data takes several folders)',
  runOn,
  run: (say, out) => runOn([facesFolder], say, out),
};
