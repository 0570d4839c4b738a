import { rateByPerson } from '../statistics/clustered-rate.js';
import { toExactInterval } from '../statistics/exact-interval.js';

/** One presentation as the judge took it. */
export interface JudgedPresentation {
  readonly species: string;
  readonly isAttack: boolean;
  readonly light: string;
  readonly device: string;
  /** Whose face it shows. Each person has an instrument of each species of their own. */
  readonly person: string;
  /** `no_response`: it was made, and no challenge came to its end. */
  readonly outcome: 'passed' | 'refused' | 'no_response';
  /** The signals that refused it. */
  readonly refusedBy: readonly string[];
}

/** A share of presentations with its exact 95 % intervals (Clopper and Pearson). */
export interface PresenceRate {
  readonly errors: number;
  readonly presentations: number;
  readonly rate: number;
  /** As if each presentation were of another person. */
  readonly interval: readonly [number, number];
  readonly people: number;
  /** Of as many presentations as they are worth, where several are of one person, or of one instrument. */
  readonly intervalByPerson: readonly [number, number];
}

/** By which signals presentations were refused, and what came of them in each light before each device. */
export interface Breakdown {
  /** How many presentations each signal refused. */
  readonly refusedBy: Readonly<Record<string, number>>;
  /** Errors by light and device: `office, phone`. */
  readonly byCondition: Readonly<Record<string, PresenceRate | null>>;
}

/** What came of one species. A rate is `null` where there is nothing that it would be a share of. */
export interface SpeciesRates extends Breakdown {
  /** Attacks that passed, of those with a response. */
  readonly apcer: PresenceRate | null;
  /** Attacks without a response, of all. */
  readonly apnrr: PresenceRate | null;
}

/** The figures of a presence test, as ISO/IEC 30107-3 names them. The keys stay. */
export interface PresenceReport {
  readonly people: number;
  readonly presentations: number;
  /**
   * The species that passes most often: its APCER is that of the test. Of several that pass as often, such as never, the one of which
   * least is known. `null`: no attack got a response.
   */
  readonly apcer: ({ readonly species: string } & PresenceRate) | null;
  /** People who were refused, of those with a response. */
  readonly bpcer: PresenceRate | null;
  /** People without a response, of all. */
  readonly bpnrr: PresenceRate | null;
  readonly attacks: Readonly<Record<string, SpeciesRates>>;
  readonly live: Breakdown;
}

type Trials = readonly { readonly person: string; readonly hit: boolean }[];

const round = (value: number): number => Number(value.toPrecision(3));
const roundBoth = ([low, high]: readonly [number, number]) => [round(low), round(high)] as const;

function toRate(trials: Trials): PresenceRate | null {
  const clustered = rateByPerson(trials);
  if (clustered === null) return null;
  const { passed: errors, of: presentations, people, rate, interval } = clustered;
  return {
    errors,
    presentations,
    rate: round(rate),
    interval: roundBoth(toExactInterval(errors, presentations)),
    people,
    intervalByPerson: roundBoth(interval),
  };
}

/** An attack that passes is an error, and so is a person who does not. */
const errorRateOf = (all: readonly JudgedPresentation[]): PresenceRate | null =>
  toRate(
    all
      .filter(({ outcome }) => outcome !== 'no_response')
      .map(({ person, isAttack, outcome }) => ({ person, hit: isAttack === (outcome === 'passed') })),
  );

function countSignals(all: readonly JudgedPresentation[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const signal of all.flatMap(({ refusedBy }) => refusedBy)) counts.set(signal, (counts.get(signal) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, one], [, other]) => other - one));
}

function groupBy(
  all: readonly JudgedPresentation[],
  nameOf: (each: JudgedPresentation) => string,
): ReadonlyMap<string, readonly JudgedPresentation[]> {
  const groups = new Map<string, JudgedPresentation[]>();
  for (const each of all) groups.set(nameOf(each), [...(groups.get(nameOf(each)) ?? []), each]);
  return groups;
}

const upperEnd = ({ interval, intervalByPerson }: PresenceRate): number => Math.max(interval[1], intervalByPerson[1]);

const isWorse = (one: PresenceRate, other: PresenceRate): boolean =>
  one.rate > other.rate || (one.rate === other.rate && upperEnd(one) > upperEnd(other));

const nonResponseOf = (all: readonly JudgedPresentation[]): PresenceRate | null =>
  toRate(all.map(({ person, outcome }) => ({ person, hit: outcome === 'no_response' })));

const breakDown = (all: readonly JudgedPresentation[]): Breakdown => ({
  refusedBy: countSignals(all),
  byCondition: Object.fromEntries(
    [...groupBy(all, ({ light, device }) => `${light}, ${device}`)].map(([name, each]) => [name, errorRateOf(each)]),
  ),
});

/**
 * APCER by species and the greatest of them, BPCER, and the non-response rates, as ISO/IEC 30107-3 defines them: the error rates
 * are shares of the presentations that got a response.
 */
export function ratePresence(judged: readonly JudgedPresentation[]): PresenceReport {
  const live = judged.filter(({ isAttack }) => !isAttack);
  const attacks = [
    ...groupBy(
      judged.filter(({ isAttack }) => isAttack),
      ({ species }) => species,
    ),
  ]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([species, each]) => {
      const rates: SpeciesRates = { apcer: errorRateOf(each), apnrr: nonResponseOf(each), ...breakDown(each) };
      return [species, rates] as const;
    });
  const highest = attacks
    .flatMap(([species, { apcer }]) => (apcer === null ? [] : [{ species, ...apcer }]))
    .reduce<PresenceReport['apcer']>((most, each) => (most === null || isWorse(each, most) ? each : most), null);
  return {
    people: new Set(judged.map(({ person }) => person)).size,
    presentations: judged.length,
    apcer: highest,
    bpcer: errorRateOf(live),
    bpnrr: nonResponseOf(live),
    attacks: Object.fromEntries(attacks),
    live: breakDown(live),
  };
}
