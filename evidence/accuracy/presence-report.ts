import { rateByPerson } from '../statistics/clustered-rate.js';
import { toExactInterval } from '../statistics/exact-interval.js';

export interface JudgedPresentation {
  readonly species: string;
  readonly isAttack: boolean;
  readonly light: string;
  readonly device: string;
  /** Person in front of the camera, or in attacks the person whom the attack instrument imitates. */
  readonly person: string;
  /** `no_response`: the user completed no challenge. */
  readonly outcome: 'passed' | 'refused' | 'no_response';
  readonly refusedBy: readonly string[];
}

/** A rate with exact 95 % intervals (Clopper and Pearson). */
export interface PresenceRate {
  readonly errors: number;
  readonly presentations: number;
  readonly rate: number;
  /** Interval that assumes independent presentations. */
  readonly interval: readonly [number, number];
  readonly people: number;
  /** Interval that is corrected for repeated presentations of one person or attack instrument. */
  readonly intervalByPerson: readonly [number, number];
}

export interface Breakdown {
  readonly refusedBy: Readonly<Record<string, number>>;
  /** Error rates by light and device, such as `office, phone`. */
  readonly byCondition: Readonly<Record<string, PresenceRate | null>>;
}

/** Results of one attack species. A rate is `null` if no presentation counts for it. */
export interface SpeciesRates extends Breakdown {
  readonly apcer: PresenceRate | null;
  /** Attack presentation non-response rate, over all attacks. */
  readonly apnrr: PresenceRate | null;
}

/** Figures of a presence test by ISO/IEC 30107-3. JSON property names are stable. */
export interface PresenceReport {
  readonly people: number;
  readonly presentations: number;
  /** Species with the highest APCER. Among equal rates, the one with the widest interval. */
  readonly apcer: ({ readonly species: string } & PresenceRate) | null;
  readonly bpcer: PresenceRate | null;
  /** Bona fide presentation non-response rate, over all genuine presentations. */
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

/** Computes the rates of ISO/IEC 30107-3. Error rates count only presentations that got a response. */
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
