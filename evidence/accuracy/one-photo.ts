import type { EmbeddedPerson } from '../corpus/embed-corpus.js';
import type { Bootstrap } from '../statistics/bootstrap.js';
import { accuracies } from './bare-token.js';
import { chooseRuns, toModeRates } from './by-photos.js';
import type { DecoderPool } from './decoder-pool.js';
import { toInterpolated } from './interpolate.js';
import { measureProtected, referenceOf } from './protected.js';
import { byLevel, round, roundInterval, roundOrNull } from './rates.js';
import { atPoints, compareEmbeddings, measureUnprotected, toCurve } from './unprotected.js';
import { toName } from './windows.js';

/** Maximum number of impostor pairs to decode for messages shorter than level 4's. */
const pairsBelow = 200_000;

const sweptBits = Array.from({ length: 13 }, (_, at) => 48 + 8 * at);

export function measureRaw(people: readonly EmbeddedPerson[], bootstrap: Bootstrap) {
  const cosines = compareEmbeddings(people);
  const points = atPoints((falseMatchRate) => measureUnprotected(cosines, falseMatchRate, bootstrap));
  const pick = <T>(read: (point: NonNullable<(typeof points)['1e-3']>) => T) => ({
    '1e-3': points['1e-3'] === null ? null : read(points['1e-3']),
    '1e-4': points['1e-4'] === null ? null : read(points['1e-4']),
    '1e-5': points['1e-5'] === null ? null : read(points['1e-5']),
  });
  return {
    pairs: {
      genuine: cosines.genuine.reduce((sum, { length }) => sum + length, 0),
      impostor: cosines.impostor.length,
    },
    threshold: pick(({ threshold }) => round(threshold)),
    fnmr: pick(({ fnmr }) => roundOrNull(fnmr.rate)),
    interval: pick(({ interval }) => roundInterval(interval)),
    impostorsAbove: { '0.6': cosines.impostor.reduce((count, cosine) => (cosine > 0.6 ? count + 1 : count), 0) },
    curve: toCurve(cosines).map(({ x, y }) => ({ x: round(x), y: round(y) })),
  };
}

export async function measureSingle(
  pool: DecoderPool,
  people: readonly EmbeddedPerson[],
  pairs: number,
  bootstrap: Bootstrap,
) {
  const { messageBitsOf } = pool.engine;
  const one = { enrolled: 1, live: 1 };
  const runs = chooseRuns(people, one, pairs);
  const bits = [...new Set([...accuracies.map((level) => messageBitsOf(level, 1)), ...sweptBits])].sort(
    (a, b) => a - b,
  );
  const reference = referenceOf(1, pool.engine);
  const limits = { pairs: runs.pairs, pairsBelow: Math.min(runs.pairs, pairsBelow) };
  const outcomes = await measureProtected(pool, people, one, bits, reference, limits, runs.rules);
  const sweep = outcomes.map((outcome) => toModeRates(outcome, bootstrap, toName(one)));
  const whole = new Uint16Array(people.length).fill(1);
  return {
    sweep,
    levels: byLevel((level) => sweep[bits.indexOf(messageBitsOf(level, 1))]),
    protectedAt: {
      fnmr: atPoints((rate) => roundOrNull(toInterpolated(outcomes, rate)(whole))),
      interval: atPoints((rate) =>
        toInterpolated(outcomes, rate)(whole) === null
          ? null
          : roundInterval(bootstrap.interval(toInterpolated(outcomes, rate))),
      ),
    },
  };
}
