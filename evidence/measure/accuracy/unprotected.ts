import type { EmbeddedPerson } from '../corpus/embed-corpus.js';
import type { PlotPoint } from '../plots/det-plot.js';
import { type Bootstrap, type Interval, type Statistic, toPersonRate } from '../statistics/bootstrap.js';
import { dot } from '../statistics/directions.js';

/** Maximum number of photos per person, so that a few famous people do not dominate. */
export const photosPerPerson = 8;

export const operatingPoints = ['1e-3', '1e-4', '1e-5'] as const;
export const atPoints = <T>(figure: (falseMatchRate: number, name: (typeof operatingPoints)[number]) => T) => ({
  '1e-3': figure(1e-3, '1e-3'),
  '1e-4': figure(1e-4, '1e-4'),
  '1e-5': figure(1e-5, '1e-5'),
});

/** Expected number of false matches needed to measure a rate (the rule of three). */
export const leastExpected = 3;

type Cosines = ReturnType<typeof compareEmbeddings>;

/**
 * Compares the first photos of all pairs of people (person 0 with 1, 2, …, then person 1 with 2, 3, …), and the photos
 * of each person.
 */
export function compareEmbeddings(people: readonly EmbeddedPerson[]) {
  const impostor = new Float32Array((people.length * (people.length - 1)) / 2);
  let count = 0;
  for (let one = 0; one < people.length; one += 1)
    for (let other = one + 1; other < people.length; other += 1, count += 1)
      impostor[count] = dot(people[one].embeddings[0], people[other].embeddings[0]);
  const genuine = people.map(({ embeddings }) => {
    const photos = embeddings.slice(0, photosPerPerson);
    return photos.flatMap((photo, at) => photos.slice(at + 1).map((other) => dot(photo, other)));
  });
  return { genuine, impostor, descending: impostor.slice().sort().reverse() };
}

const toThreshold = (descending: Float32Array, falseMatchRate: number): number =>
  descending[Math.floor(falseMatchRate * descending.length)];

const countMissed = (cosines: readonly number[], threshold: number): number =>
  cosines.reduce((count, cosine) => (cosine <= threshold ? count + 1 : count), 0);

function missedAt(genuine: Cosines['genuine'], threshold: number) {
  return {
    trials: Uint32Array.from(genuine, ({ length }) => length),
    errors: Uint32Array.from(genuine, (cosines) => countMissed(cosines, threshold)),
  };
}

function highestPairs({ genuine, impostor, descending }: Cosines, count: number) {
  const least = descending[Math.min(count, impostor.length) - 1];
  const found: { readonly cosine: number; readonly one: number; readonly other: number }[] = [];
  let at = 0;
  for (let one = 0; one < genuine.length; one += 1)
    for (let other = one + 1; other < genuine.length; other += 1, at += 1)
      if (impostor[at] >= least && found.length < 2 * count) found.push({ cosine: impostor[at], one, other });
  return found.sort((a, b) => b.cosine - a.cosine);
}

function toStatistic(cosines: Cosines, falseMatchRate: number): Statistic {
  const people = cosines.genuine.length;
  // A bootstrap resample may count a pair many times, so more pairs are kept than the rate requires.
  const highest = highestPairs(cosines, Math.ceil(4 * falseMatchRate * cosines.impostor.length) + 50);
  const genuine = Float32Array.from(cosines.genuine.flat());
  const owners = Uint16Array.from(cosines.genuine.flatMap((own, person) => own.map(() => person)));
  return (weights) => {
    const square = weights.reduce((sum, weight) => sum + weight * weight, 0);
    const allowed = (falseMatchRate * (people * people - square)) / 2;
    let matched = 0;
    let at = 0;
    while (at < highest.length && matched + weights[highest[at].one] * weights[highest[at].other] <= allowed) {
      matched += weights[highest[at].one] * weights[highest[at].other];
      at += 1;
    }
    if (at === highest.length) return null;
    const threshold = highest[at].cosine;
    let trials = 0;
    let missed = 0;
    for (let pair = 0; pair < genuine.length; pair += 1) {
      trials += weights[owners[pair]];
      if (genuine[pair] <= threshold) missed += weights[owners[pair]];
    }
    return trials === 0 ? null : missed / trials;
  };
}

/**
 * Measures the false non-match rate. In its interval each resample chooses its own threshold, because the threshold
 * also depends on the sample.
 * @returns `null` if there are too few pairs
 */
export function measureUnprotected(cosines: Cosines, falseMatchRate: number, bootstrap: Bootstrap) {
  const { genuine, impostor, descending } = cosines;
  if (falseMatchRate * impostor.length < leastExpected || genuine.every(({ length }) => length === 0)) return null;
  const threshold = toThreshold(descending, falseMatchRate);
  const fnmr = toPersonRate(bootstrap, missedAt(genuine, threshold));
  const whole = bootstrap.interval(toStatistic(cosines, falseMatchRate));
  const interval: Interval | null =
    whole === null || fnmr.interval === null
      ? null
      : [Math.min(whole[0], fnmr.interval[0]), Math.max(whole[1], fnmr.interval[1])];
  return { threshold, fnmr, interval };
}

/** Returns the error curve over all measurable thresholds. */
export function toCurve({ genuine, descending }: Cosines): PlotPoint[] {
  const all = genuine.flat();
  if (all.length === 0) return [];
  const points: PlotPoint[] = [];
  for (let step = 10; 10 ** (-step / 10) * descending.length >= leastExpected; step += 1) {
    const x = 10 ** (-step / 10);
    points.push({ x, y: countMissed(all, toThreshold(descending, x)) / all.length });
  }
  return points;
}
