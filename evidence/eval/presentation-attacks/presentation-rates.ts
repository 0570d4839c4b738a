import type { ClusteredRate } from '../../measure/statistics/clustered-rate.js';
import { proportion, round, roundBoth } from '../../measure/statistics/proportion.js';

type Rate = ReturnType<typeof proportion>;

export const rateOf = <Each>(all: readonly Each[], isHit: (each: Each) => boolean): Rate =>
  proportion(all.filter(isHit).length, all.length);

/** Returns the species with the highest APCER; `null` if there are none. */
export function toHighest(apcer: Readonly<Record<string, Rate>>): { species: string; rate: number } | null {
  const rates = Object.entries(apcer).map(([species, { rate }]) => ({ species, rate }));
  return rates.toSorted((one, other) => other.rate - one.rate)[0] ?? null;
}

export const rateAsJson = (rate: ClusteredRate | null) =>
  rate === null
    ? null
    : {
        ...rate,
        rate: round(rate.rate),
        interval: roundBoth(rate.interval),
      };

type Counted = Pick<Rate, 'hits' | 'trials' | 'interval'> | Pick<ClusteredRate, 'passed' | 'of' | 'interval'>;

const shareOf = (counted: Counted): number =>
  'hits' in counted ? counted.hits / counted.trials : counted.passed / counted.of;

/**
 * Computes the relative impostor attack presentation accept rate (RIAPAR) of one attack species: IAPAR + FRR, 0 to 2.
 *
 * Only liveness is measured here, not the comparison of faces. IAPAR is therefore the APCER, as if each attack that
 * passes also matched the victim, and FRR is the BPCER, as if no person were refused by the comparison. The ends of the
 * intervals are added, because the attacks show the people who were measured: their errors may depend on each other.
 * @returns `null` if one of the two rates was not measured
 * @see https://www.idrnd.ai/?p=4442 (explains this metric of ISO/IEC 30107-3:2023)
 */
export function toRiapar(apcer: Counted | null, bpcer: Counted | null) {
  if (apcer === null || bpcer === null) return null;
  const addEnds = (end: 0 | 1): number => round(round(apcer.interval[end]) + round(bpcer.interval[end]));
  return { rate: round(shareOf(apcer) + shareOf(bpcer)), interval: [addEnds(0), addEnds(1)] as const };
}

export const countsAsText = ({ passed, of, interval }: ClusteredRate): string =>
  `${passed} of ${of} (${interval.map((end) => round(end * 100)).join(' to ')} %)`;
