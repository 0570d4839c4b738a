import { proportion, toJson } from '../../statistics/proportion.js';

/** A share with its trials and its 95 % interval, as JSON. */
export type Rate = ReturnType<typeof toJson>;

/** What passive liveness said of each presentation: the probability of "live", 0 to 1; `null` where it did not respond. */
export type Scores = readonly (number | null)[];

const isResponse = (score: number | null): score is number => score !== null;

const toRate = (hits: number, trials: number): Rate | null => (trials === 0 ? null : toJson(proportion(hits, trials)));

/**
 * APCER of one species, BPCER, and the non-response rates APNRR and BPNRR, as ISO/IEC 30107-3 defines them. The first two
 * are shares of the presentations that got a response; `null` where none did.
 */
export const toApcer = (scores: Scores, bound: number): Rate | null => {
  const responses = scores.filter(isResponse);
  return toRate(responses.filter((score) => score >= bound).length, responses.length);
};

export const toBpcer = (scores: Scores, bound: number): Rate | null => {
  const responses = scores.filter(isResponse);
  return toRate(responses.filter((score) => score < bound).length, responses.length);
};

export const toNonResponseRate = (scores: Scores): Rate | null =>
  toRate(scores.filter((score) => !isResponse(score)).length, scores.length);

/** The species that passes most often: its APCER is the figure of a test. `null` where no species got a response. */
export function toHighest(apcer: Readonly<Record<string, Rate | null>>): { species: string; rate: number } | null {
  const rates = Object.entries(apcer).flatMap(([species, rate]) =>
    rate === null ? [] : [{ species, rate: rate.rate }],
  );
  return rates.reduce<{ species: string; rate: number } | null>(
    (most, each) => (most === null || each.rate > most.rate ? each : most),
    null,
  );
}

/** BPCER (x) and APCER (y) at every bound that tells any two presentations apart, from the lowest to the highest. */
export function toDetPoints(genuine: Scores, attack: Scores): { readonly x: number; readonly y: number }[] {
  const live = genuine.filter(isResponse);
  const fake = attack.filter(isResponse);
  const bounds = [...new Set([...live, ...fake])].sort((a, b) => a - b);
  return [...bounds, Number.POSITIVE_INFINITY].map((bound) => ({
    x: live.filter((score) => score < bound).length / live.length,
    y: fake.filter((score) => score >= bound).length / fake.length,
  }));
}
