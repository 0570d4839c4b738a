import { groupsFolder } from '../../../test/faces.js';
import { cosinesOf } from '../../accuracy/decode.js';
import { round } from '../../accuracy/rates.js';
import { compareEmbeddings } from '../../accuracy/unprotected.js';
import { everyRun, toTrials } from '../../accuracy/windows.js';
import { BadInput } from '../../corpus/bad-input.js';
import { readSources } from '../../corpus/corpus.js';
import { type EmbeddedPerson, embedHalves, embedSources } from '../../corpus/people.js';
import { createChance } from '../../statistics/chance.js';
import { findClusters, meanVector, minus, principalDirections, toUnit, without } from '../../statistics/directions.js';
import type { EvalProgram } from '../program.js';

/*
 * Explores whether embeddings of different people from one source share directions. The product does not use the
 * result.
 */

type Change = (embedding: Float32Array) => Float32Array;

type BySource = Readonly<Record<string, readonly EmbeddedPerson[]>>;

const changed = (people: readonly EmbeddedPerson[], change: Change): EmbeddedPerson[] =>
  people.map((person) => ({ ...person, embeddings: person.embeddings.map(change) }));

const meansOf = (people: readonly EmbeddedPerson[]): Float32Array[] =>
  people.map(({ embeddings }) => meanVector(embeddings));

/** @param mean - mean embedding of people from mixed sources, which is subtracted first */
interface Finder {
  readonly from: string;
  find(mixed: readonly EmbeddedPerson[], sources: BySource, mean: Float32Array): Float32Array[];
}

/**
 * Finds directions without knowing the sources, as cluster means weighted by the square root of the cluster's share of
 * people.
 */
function clusterMeans(people: readonly EmbeddedPerson[], count: number, mean: Float32Array): Float32Array[] {
  const centred = meansOf(people).map((own) => toUnit(minus(own, mean)));
  return findClusters(centred, count, createChance(`clusters ${count}`)).map((places) => {
    const weight = Math.sqrt(places.length / people.length);
    return meanVector(places.map((place) => centred[place])).map((value) => value * weight);
  });
}

const finders: readonly Finder[] = [
  {
    from: 'the sources’ means',
    find: (_mixed, sources, mean) => Object.values(sources).map((people) => minus(meanVector(meansOf(people)), mean)),
  },
  ...[8, 32].map((count) => ({
    from: `${count} clusters of mixed people and sources`,
    find: (mixed: readonly EmbeddedPerson[], sources: BySource, mean: Float32Array) =>
      clusterMeans([...mixed, ...Object.values(sources).flat()], count, mean),
  })),
  {
    from: '32 clusters of mixed people',
    find: (mixed, _sources, mean) => clusterMeans(mixed, 32, mean),
  },
];

function toChanges(mixed: readonly EmbeddedPerson[], sources: BySource) {
  const mean = meanVector(meansOf(mixed));
  const removed = finders.flatMap(({ from, find }) => {
    const directions = principalDirections(find(mixed, sources, mean), 3);
    return directions.map((_, at) => ({
      from,
      directions: at + 1,
      change: (embedding: Float32Array) => toUnit(without(minus(embedding, mean), directions.slice(0, at + 1))),
    }));
  });
  return [
    { from: 'as it is', directions: 0, change: (embedding: Float32Array) => embedding },
    {
      from: 'mean of mixed people off',
      directions: 0,
      change: (embedding: Float32Array) => toUnit(minus(embedding, mean)),
    },
    ...removed,
  ];
}

function compareWithin(people: readonly EmbeddedPerson[], change: Change) {
  const { genuine, impostor } = toTrials(
    changed(people, change),
    { enrolled: 1, live: 1 },
    Number.POSITIVE_INFINITY,
    everyRun,
  );
  return { strangers: [...cosinesOf(impostor)], own: [...cosinesOf(genuine)] };
}

function compareMixed(people: readonly EmbeddedPerson[], change: Change) {
  const { genuine, descending } = compareEmbeddings(changed(people, change));
  const own = genuine.flat();
  return {
    boundFor: (falseMatchRate: number) => descending[Math.floor(falseMatchRate * descending.length)],
    missedAt: (bound: number) => own.filter((cosine) => cosine <= bound).length / own.length,
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const above = (cosines: readonly number[], bound: number): number => cosines.filter((cosine) => cosine > bound).length;
const rateOf = (hits: number, trials: number): number | null =>
  trials === 0 ? null : Number((hits / trials).toPrecision(2));

interface Fold {
  readonly fit: { readonly mixed: readonly EmbeddedPerson[]; readonly sources: BySource };
  readonly judge: { readonly mixed: readonly EmbeddedPerson[]; readonly sources: BySource };
}

/** Each fold has its own threshold, at which 1 in 10,000 impostors of mixed sources matches. */
function judgeFolds(folds: readonly Fold[]) {
  const tried = folds.map(({ fit, judge }) =>
    toChanges(fit.mixed, fit.sources).map(({ from, directions, change }) => {
      const mixed = compareMixed(judge.mixed, change);
      const bound = mixed.boundFor(1e-4);
      const within = Object.entries(judge.sources).map(([source, people]) => ({
        source,
        ...compareWithin(people, change),
      }));
      return { from, directions, mixed, bound, within };
    }),
  );
  return tried[0].map(({ from, directions }) => {
    const rows = tried.flatMap((fold) => fold.filter((row) => row.from === from && row.directions === directions));
    const sources = [...new Set(rows.flatMap(({ within }) => within.map(({ source }) => source)))];
    const pairsOf = (source: string) =>
      rows.flatMap(({ within, bound }) =>
        within.filter((each) => each.source === source).map(({ strangers, own }) => ({ strangers, own, bound })),
      );
    const fmr = sources.map((source) => {
      const pairs = pairsOf(source);
      const matched = sum(pairs.map(({ strangers, bound }) => above(strangers, bound)));
      return [`fmr ${source}`, rateOf(matched, sum(pairs.map(({ strangers }) => strangers.length)))];
    });
    const fnmr = sources.map((source) => {
      const pairs = pairsOf(source);
      const all = sum(pairs.map(({ own }) => own.length));
      return [`fnmr ${source}`, rateOf(all - sum(pairs.map(({ own, bound }) => above(own, bound))), all)];
    });
    // Threshold at which the worst source has an impostor rate of 1 in 1,000.
    const worst = Math.max(
      ...sources.map((source) => {
        const cosines = pairsOf(source)
          .flatMap(({ strangers }) => strangers)
          .sort((a, b) => b - a);
        return cosines[Math.floor(1e-3 * cosines.length)] ?? 0;
      }),
    );
    return {
      from,
      directions,
      bound: round(sum(rows.map(({ bound }) => bound)) / rows.length),
      ...Object.fromEntries(fmr),
      'fnmr mixed': rateOf(sum(rows.map(({ mixed, bound }) => mixed.missedAt(bound))), rows.length),
      ...Object.fromEntries(fnmr),
      'bound of 1e-3 within all': round(worst),
      'fnmr mixed at that': rateOf(sum(rows.map(({ mixed }) => mixed.missedAt(worst))), rows.length),
    };
  });
}

const pick = (sources: BySource, keep: (at: number, source: string) => boolean): BySource =>
  Object.fromEntries(
    Object.entries(sources).flatMap(([source, people]) => {
      const kept = people.filter((_, at) => keep(at, source));
      return kept.length === 0 ? [] : [[source, kept]];
    }),
  );

/** Measures how removing shared directions affects impostors within one source. */
export const sharedDirections: EvalProgram = {
  about:
    'strangers of one place, where directions that groups share are taken from embeddings; on FACESTEP_GROUPS, too',
  async run(say) {
    const found = await readSources(groupsFolder);
    if (found === null) throw new BadInput('There are no faces of one place. Set FACESTEP_GROUPS to their folder.');
    const { fit, judge } = await embedHalves(say);
    const embedded = await embedSources(found, say);
    const sources: BySource = Object.fromEntries(found.map(({ source }, at) => [source, embedded[at].people]));
    const halves = [0, 1].map((half) => ({
      fit: { mixed: fit, sources: pick(sources, (at) => at % 2 === half) },
      judge: { mixed: judge, sources: pick(sources, (at) => at % 2 !== half) },
    }));
    const leftOut = Object.keys(sources).map((left) => ({
      fit: { mixed: fit, sources: pick(sources, (_, source) => source !== left) },
      judge: { mixed: judge, sources: pick(sources, (_, source) => source === left) },
    }));
    return {
      mixed: { fit: fit.length, judge: judge.length },
      people: Object.fromEntries(Object.entries(sources).map(([source, people]) => [source, people.length])),
      halves: judgeFolds(halves),
      leftOut: judgeFolds(leftOut),
    };
  },
};
