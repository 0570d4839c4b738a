import type { Accuracy } from '../../../src/core/ports.js';
import { type EngineEntry, fromMillionths, toEngineParameters } from '../../../src/face/token/parameters.js';
import { type Centre, createCentre, rotationLabel } from '../../../src/face/token/views.js';
import { BadInput } from '../corpus/corpus.js';
import type { EmbeddedPerson } from '../corpus/embed-corpus.js';
import { dot, meanOfMeans, toMillionths, toUnit } from '../statistics/directions.js';
import { accuracies, createMeasuredEngine, parameters } from './bare-token.js';
import { createDecoderPool, type DecoderPool } from './decoder-pool.js';
import { measureProtected } from './protected.js';
import { byLevel } from './rates.js';
import { leastExpected } from './unprotected.js';
import { type Combination, everyRun } from './windows.js';

interface CountedLength {
  readonly bits: number;
  readonly rate: number;
  readonly pairsOfPeople: number;
}

/** Maximum message length. Longer messages reject almost every genuine user. */
const mostBits = 192;

/**
 * Effect of a message bit after the first 64 on the logarithm of the false match rate, relative to the effect of one of
 * the first 64. Measured on the built-in model (docs/token-format.md).
 */
const laterShare = 0.7;
const leastGain = 0.02;

const toLog = (rate: number): number => Math.log10(rate);
const toMultipleOf4 = (bits: number): number => Math.ceil(bits / 4) * 4;

/**
 * Returns the shortest message length, at least `least`, whose false match rate is at most `rate`.
 * @param counted - by bits, ascending; lengths with fewer than three passing pairs of people are ignored
 * @returns a multiple of 4; more than `mostBits` if no length suffices
 */
function chooseBits(counted: readonly CountedLength[], rate: number, least: number): number {
  const told = counted.filter(({ pairsOfPeople }) => pairsOfPeople >= leastExpected);
  const first = told[0];
  const last = told.at(-1);
  if (first === undefined || last === undefined) return least;
  if (first.rate <= rate) return first.bits;
  const after = told.findIndex((each) => each.rate <= rate);
  if (after !== -1) {
    const above = told[after - 1];
    const below = told[after];
    const share = (toLog(above.rate) - toLog(rate)) / (toLog(above.rate) - toLog(below.rate));
    return toMultipleOf4(above.bits + share * (below.bits - above.bits));
  }
  const counting = first === last ? 0 : (toLog(first.rate) - toLog(last.rate)) / (last.bits - first.bits);
  const gain = Math.max(laterShare * counting, leastGain);
  return Math.max(least, toMultipleOf4(last.bits + (toLog(last.rate) - toLog(rate)) / gain));
}

/**
 * Returns the cosine that the share `rate` of impostors exceeds. Rates too small to measure are extrapolated.
 * @param descending - impostor cosines, highest first
 */
function chooseCosine(descending: Float32Array, rate: number): number {
  const { length } = descending;
  const at = (share: number): number => descending[Math.min(length - 1, Math.floor(share * length))];
  const least = leastExpected / length;
  if (rate >= least) return at(Math.max(rate, least));
  const aDecade = at(least) - at(Math.min(1, 10 * least));
  return Math.min(1, at(least) + aDecade * (toLog(least) - toLog(rate)));
}

/**
 * The threshold of a level is fitted to half of the promised false match rate, so that the promise also holds for
 * people outside the sample.
 */
const fittedShare = 0.5;

/** Rates at which photos of different people may be accepted as one person's, at a check and at enrolment. */
const alikeRates = { shown: 7.5e-3, enrolled: 5e-4 } as const;

const lengths = Array.from({ length: 17 }, (_, at) => 32 + 8 * at);

const combinations = {
  one: [
    { enrolled: 1, live: 1 },
    { enrolled: 1, live: 3 },
  ],
  several: [
    { enrolled: 3, live: 1 },
    { enrolled: 3, live: 3 },
  ],
} as const satisfies Record<string, readonly Combination[]>;

const mostPairs = 200_000;

/** The clearest photo of an enrolment must be clearer than the first photos of this share of all people. */
const unclearShare = 0.05;

/** Minimum number of impostor pairs. Fewer cannot measure a rate of 1 in 1,000. */
const fewestStrangers = 1000;

/** @param sources - people by source; impostors are compared only within their source */
function strangersCosines(sources: readonly (readonly EmbeddedPerson[])[], centre: Centre): Float32Array {
  const cosines = sources.flatMap((people) => {
    const firsts = people.map(({ embeddings: [first] }) => toUnit(centre(first)));
    return firsts.flatMap((own, at) => firsts.slice(at + 1).map((other) => dot(own, other)));
  });
  return Float32Array.from(cosines).sort().reverse();
}

async function countLengths(
  pool: DecoderPool,
  sources: readonly (readonly EmbeddedPerson[])[],
  tried: readonly Combination[],
): Promise<CountedLength[]> {
  const worst: CountedLength[] = lengths.map((bits) => ({ bits, rate: 0, pairsOfPeople: 0 }));
  for (const combination of tried) {
    const sums = lengths.map(() => ({ trials: 0, errors: 0, pairsOfPeople: 0 }));
    for (const people of sources) {
      const limits = { pairs: mostPairs, pairsBelow: mostPairs };
      const outcomes = await measureProtected(pool, people, combination, lengths, lengths[0], limits, everyRun);
      for (const [at, { impostor }] of outcomes.entries()) {
        sums[at].trials += impostor.trials;
        sums[at].errors += impostor.errors.length;
        sums[at].pairsOfPeople += new Set(impostor.errors.map((pair) => pair.toSorted((a, b) => a - b).join(' '))).size;
      }
    }
    for (const [at, { trials, errors, pairsOfPeople }] of sums.entries())
      if (trials > 0 && errors / trials > worst[at].rate)
        worst[at] = { bits: lengths[at], rate: errors / trials, pairsOfPeople };
  }
  return worst;
}

function toAscending(bits: Readonly<Record<Accuracy, number>>): Record<Accuracy, number> {
  return byLevel((level) => Math.max(...accuracies.filter((each) => each <= level).map((each) => bits[each])));
}

const round = (value: number): number => Math.round(value * 1000) / 1000;

/**
 * Fits a custom engine's parameters on people who are not used to judge it.
 * @throws BadInput if there are too few people
 */
export async function fitEngine(
  { id, name }: Pick<EngineEntry, 'id' | 'name'>,
  sources: readonly (readonly EmbeddedPerson[])[],
  say: (line: string) => void,
): Promise<EngineEntry> {
  const people = sources.flat();
  const meanInMillionths = toMillionths(meanOfMeans(people.map(({ embeddings }) => embeddings)));
  const centre = createCentre(fromMillionths(meanInMillionths), []);
  const cosines = strangersCosines(sources, centre);
  if (cosines.length < fewestStrangers)
    throw new BadInput(
      `Too few people to fit on: half of them, ${people.length} with a face, make ${cosines.length} pairs of strangers, and ${fewestStrangers} are needed: about 100 people of one source`,
    );
  const photos = people.reduce((sum, { embeddings }) => sum + embeddings.length, 0);
  const clearness = people.map(({ magnitudes: [first] }) => first).sort((a, b) => a - b);
  const { levels: builtIn } = parameters.current;
  const rateOf = (level: Accuracy): number => fittedShare * (builtIn[level].greatestFalseMatchRate ?? 1);
  const draft: EngineEntry = {
    id,
    name,
    provenance: {
      fitted: `npm run measure -- accuracy: ${people.length} people, ${photos} photos, ${cosines.length} pairs of strangers`,
      measured: '',
    },
    listSize: 16,
    leastClearness: round(clearness[Math.floor(unclearShare * clearness.length)]),
    meanInMillionths,
    directionsInMillionths: [],
    rotation: rotationLabel,
    alikeCosines: {
      enrolled: round(chooseCosine(cosines, alikeRates.enrolled)),
      shown: round(chooseCosine(cosines, alikeRates.shown)),
    },
    levels: byLevel((level) => ({
      messageBits: builtIn[level].messageBits,
      cosine: round(chooseCosine(cosines, rateOf(level))),
      leastPhotos: builtIn[level].leastPhotos,
      greatestFalseMatchRate: builtIn[level].greatestFalseMatchRate,
      falseMatch: null,
      falseNonMatch: null,
      isOffered: true,
    })),
  };
  say(`Fitting on ${people.length} people…`);
  const pool = createDecoderPool(say, createMeasuredEngine(toEngineParameters(draft, null)));
  try {
    const one = await countLengths(pool, sources, combinations.one);
    const several = await countLengths(pool, sources, combinations.several);
    const bitsOne = toAscending(byLevel((level) => chooseBits(one, rateOf(level), builtIn[level].messageBits.one)));
    const bitsSeveral = toAscending(
      byLevel((level) =>
        Math.max(bitsOne[level], chooseBits(several, rateOf(level), builtIn[level].messageBits.several)),
      ),
    );
    return {
      ...draft,
      levels: byLevel((level) => ({
        ...draft.levels[level],
        messageBits: { one: Math.min(mostBits, bitsOne[level]), several: Math.min(mostBits, bitsSeveral[level]) },
        isOffered: Math.max(bitsOne[level], bitsSeveral[level]) <= mostBits,
      })),
    };
  } finally {
    await pool.close();
  }
}
