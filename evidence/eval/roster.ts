import { basename, resolve } from 'node:path';
import { Embedding } from '../../src/core/concealed.js';
import { greatestFalsePositiveRate, mostTokens } from '../../src/core/identify.js';
import type { Binding } from '../../src/core/ports.js';
import { createFv1, type Fv1 } from '../../src/token/fv1.js';
import { createStretch } from '../../src/token/stretch.js';
import { promisedFalsePositives, readRoster, searchRoster } from '../../src/verifier/search.js';
import { facesFolder } from '../../test/faces.js';
import { createKeysInMemory } from '../../test/keys.js';
import { testShare } from '../../test/share.js';
import { meanOf, parameters, shipped } from '../accuracy/bare-token.js';
import { count, percent, range, share, table } from '../accuracy/markdown.js';
import { readCorpus, readSources } from '../corpus/corpus.js';
import { type EmbeddedPerson, embedSources } from '../corpus/people.js';
import { toHalf } from '../corpus/split.js';
import { createChance } from '../statistics/chance.js';
import { type ClusteredRate, rateByPerson } from '../statistics/clustered-rate.js';
import { keep, toFile } from './keep.js';
import type { EvalProgram } from './program.js';

/** The same values as in examples/door.ts. */
const level = 8;
const enrolledPhotos = 3;
/** Maximum number of photos per person, so that no one dominates. */
const probesOfPerson = 2;
const binding: Binding = { tenant: 'eval', idp: 'api', subject: '', scope: 'door', accuracy: level };

type Rate = {
  readonly passed: number;
  readonly of: number;
  readonly people: number;
  readonly rate: number;
  /** 95 % interval. */
  readonly interval: readonly number[];
};

type RosterFigures = {
  readonly source: string;
  readonly shown: number;
  readonly people: number;
  readonly tokens: number;
  /** Promised false positive rate for a roster of this size. */
  readonly promised: number;
  readonly found: Rate | null;
  readonly falsePositives: Rate | null;
  /** Number of searches for a roster member in which more than one token opened. */
  readonly ambiguous: number;
  /** Number of searches that miss the right token because they do not compare the face with that token. */
  readonly leftOut: number;
};

const toRate = (rate: ClusteredRate | null): Rate | null => rate && { ...rate };

function chunksOf<T>(values: readonly T[], size: number): T[][] {
  const chunks = Array.from({ length: Math.floor(values.length / size) }, (_, at) =>
    values.slice(at * size, (at + 1) * size),
  );
  return chunks.slice(0, probesOfPerson);
}

/** Uses the cheapest Argon2id parameters, which do not affect the results. */
function createTokens(name: string): Fv1 {
  const chance = createChance(`roster ${name}`);
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
async function measureSource(
  source: string,
  people: readonly EmbeddedPerson[],
  shown: number,
  say: (line: string) => void,
): Promise<RosterFigures> {
  const fv1 = createTokens(source);
  const isEnrolled = ({ embeddings, magnitudes }: EmbeddedPerson): boolean => {
    const first = embeddings.slice(0, enrolledPhotos);
    const isSound = shipped.isOnePerson(first, 'enrolled') && shipped.isClear(magnitudes.slice(0, enrolledPhotos));
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
    const face = shipped.isOnePerson(photos, 'shown') ? new Embedding(meanOf(photos)) : null;
    return searchRoster(among, { binding, share: testShare }, () => face, fv1);
  };

  const found: { person: string; hit: boolean }[] = [];
  const others: { person: string; hit: boolean }[] = [];
  let [ambiguous, leftOut, done] = [0, 0, 0];
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
    ...{ source, shown, people: people.length, tokens: roster.length },
    promised: promisedFalsePositives(roster, binding),
    ...{ found: toRate(rateByPerson(found)), falsePositives: toRate(rateByPerson(others)) },
    ...{ ambiguous, leftOut },
  };
}

const cellsOf = (rate: Rate | null, toText: (value: number) => string): string[] => {
  if (rate === null) return ['–', '–', '–'];
  const [low, high] = rate.interval;
  return [toText(rate.rate), range([low, high], toText), `${count(rate.passed)} of ${count(rate.of)}`];
};

const head = [
  ...['source', 'tokens', 'photos shown', 'found', '95 %', 'of', 'falsely identified', '95 %', 'of', 'promise'],
  ...['more than one opened', 'left out'],
];

const toMarkdown = (rosters: readonly RosterFigures[]): string =>
  table(
    head,
    rosters.map(({ source, tokens, shown, found, falsePositives, promised, ambiguous, leftOut }) => [
      ...[source, count(tokens), count(shown), ...cellsOf(found, percent)],
      ...[...cellsOf(falsePositives, share), share(promised), count(ambiguous), count(leftOut)],
    ]),
  );

async function runOn(folders: readonly string[], say: (line: string) => void, out: string | null) {
  const rosters: RosterFigures[] = [];
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
  const report = { command, engine: shipped.name, level, enrolledPhotos, greatestFalsePositiveRate, rosters };
  await keep(out, { 'roster.json': toFile(report), 'roster.md': `\`${command}\`\n\n${toMarkdown(rosters)}\n` });
  return report;
}

export const roster: EvalProgram = {
  about: 'a roster at a door: who is found, and how often a stranger is (--data takes several folders)',
  runOn,
  run: (say, out) => runOn([facesFolder], say, out),
};
