import { toExactInterval } from './exact-interval.js';

export type ClusteredRate = NonNullable<ReturnType<typeof clusteredRate>>;

interface PersonCount {
  readonly passed: number;
  readonly of: number;
}

/**
 * Computes a rate and the exact 95 % interval of its effective number of independent trials.
 * @see https://doi.org/10.1080/00031305.1990.10475711 (Korn and Graubard: effective size in Clopper and Pearson's
 * interval)
 */
export function clusteredRate(persons: readonly PersonCount[]) {
  const people = persons.filter(({ of }) => of > 0);
  const of = people.reduce((sum, person) => sum + person.of, 0);
  if (of === 0) return null;
  const passed = people.reduce((sum, person) => sum + person.passed, 0);
  const rate = passed / of;
  return { passed, of, people: people.length, rate, interval: toClusteredInterval(people, rate, of) };
}

/**
 * Widens the interval at least to the limits of one trial per person with no errors or only errors. If only one person
 * has errors, the variance is unreliable, and the interval would be too narrow.
 */
function toClusteredInterval(people: readonly PersonCount[], rate: number, of: number): readonly [number, number] {
  const size = effectiveSize(people, rate, of);
  const [low, high] = toExactInterval(rate * size, size);
  const none = toExactInterval(0, people.length);
  const all = toExactInterval(people.length, people.length);
  return [Math.min(low, all[0]), Math.max(high, none[1])];
}

/** Computes the rate of single presentations, grouped by person. */
export function rateByPerson(
  counted: readonly { readonly person: string; readonly hit: boolean }[],
): ClusteredRate | null {
  const people = new Map<string, PersonCount>();
  for (const { person, hit } of counted) {
    const { passed, of } = people.get(person) ?? { passed: 0, of: 0 };
    people.set(person, { passed: passed + (hit ? 1 : 0), of: of + 1 });
  }
  return clusteredRate([...people.values()]);
}

/** Returns the effective number of trials, between one and the number of presentations. */
function effectiveSize(people: readonly PersonCount[], rate: number, of: number): number {
  if (people.length === of) return of;
  if (rate === 0 || rate === 1) return people.length;
  const count = people.length;
  if (count === 1) return 1;
  const residuals = people.reduce((sum, person) => sum + (person.passed - rate * person.of) ** 2, 0);
  const variance = (residuals * count) / (count - 1) / of ** 2;
  return variance === 0 ? of : Math.max(1, Math.min(of, (rate * (1 - rate)) / variance));
}
