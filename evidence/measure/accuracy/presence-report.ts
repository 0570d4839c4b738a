import { rateByPerson } from '../statistics/clustered-rate.js';
import { toExactInterval } from '../statistics/exact-interval.js';
import { round, roundBoth } from '../statistics/proportion.js';

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
export type PresenceRate = NonNullable<ReturnType<typeof toRate>>;

/** Figures of a presence test by ISO/IEC 30107-3. JSON property names are stable. */
export type PresenceReport = ReturnType<typeof ratePresence>;

/** @returns `null` if no presentation counts */
function toRate(trials: readonly { readonly person: string; readonly hit: boolean }[]) {
  const clustered = rateByPerson(trials);
  if (clustered === null) return null;
  const { passed: errors, of: presentations, people, rate, interval } = clustered;
  return {
    errors,
    presentations,
    rate: round(rate),
    /** Interval that assumes independent presentations. */
    interval: roundBoth(toExactInterval(errors, presentations)),
    people,
    /** Interval that is corrected for repeated presentations of one person or attack instrument. */
    intervalByPerson: roundBoth(interval),
  };
}

const errorRateOf = (all: readonly JudgedPresentation[]) =>
  toRate(
    all
      .filter(({ outcome }) => outcome !== 'no_response')
      .map(({ person, isAttack, outcome }) => ({ person, hit: isAttack === (outcome === 'passed') })),
  );

/** Counts refusals by signal, most frequent first. A presentation may count for several signals. */
export function countSignals(all: readonly { readonly refusedBy: readonly string[] }[]): Record<string, number> {
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

/** Returns the non-response rate, over all presentations. */
const nonResponseOf = (all: readonly JudgedPresentation[]) =>
  toRate(all.map(({ person, outcome }) => ({ person, hit: outcome === 'no_response' })));

const breakDown = (all: readonly JudgedPresentation[]) => ({
  refusedBy: countSignals(all),
  /** Error rates by light and device, such as `office, phone`. */
  byCondition: Object.fromEntries(
    [...groupBy(all, ({ light, device }) => `${light}, ${device}`)].map(([name, each]) => [name, errorRateOf(each)]),
  ),
});

/** Computes the rates of ISO/IEC 30107-3. Error rates count only presentations that got a response. */
export function ratePresence(judged: readonly JudgedPresentation[]) {
  const live = judged.filter(({ isAttack }) => !isAttack);
  const bySpecies = groupBy(
    judged.filter(({ isAttack }) => isAttack),
    ({ species }) => species,
  );
  const attacks = [...bySpecies]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([species, each]) => {
      const rates = { apcer: errorRateOf(each), apnrr: nonResponseOf(each), ...breakDown(each) };
      return [species, rates] as const;
    });
  const [highest = null] = attacks
    .flatMap(([species, { apcer }]) => (apcer === null ? [] : [{ species, ...apcer }]))
    .sort((one, other) => other.rate - one.rate || upperEnd(other) - upperEnd(one));
  return {
    people: new Set(judged.map(({ person }) => person)).size,
    presentations: judged.length,
    /** Species with the highest APCER. Among equal rates, the one with the widest interval. */
    apcer: highest,
    bpcer: errorRateOf(live),
    bpnrr: nonResponseOf(live),
    attacks: Object.fromEntries(attacks),
    live: breakDown(live),
  };
}
