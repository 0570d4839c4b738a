import { proportion, toJson } from '../../statistics/proportion.js';

export type Rate = ReturnType<typeof toJson>;

/** Passive liveness scores, 0 to 1; `null` for a non-response. */
export type Scores = readonly (number | null)[];

const isResponse = (score: number | null): score is number => score !== null;

const toRate = (hits: number, trials: number): Rate | null => (trials === 0 ? null : toJson(proportion(hits, trials)));

/** Computes APCER of one species and BPCER by ISO/IEC 30107-3, over responses only; `null` if there are none. */
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

/** Returns the species with the highest APCER; `null` if there were no responses. */
export function toHighest(apcer: Readonly<Record<string, Rate | null>>): { species: string; rate: number } | null {
  const rates = Object.entries(apcer).flatMap(([species, rate]) =>
    rate === null ? [] : [{ species, rate: rate.rate }],
  );
  return rates.reduce<{ species: string; rate: number } | null>(
    (most, each) => (most === null || each.rate > most.rate ? each : most),
    null,
  );
}

/** Returns BPCER (x) and APCER (y) at every distinct threshold, ascending. */
export function toDetPoints(genuine: Scores, attack: Scores): { readonly x: number; readonly y: number }[] {
  const live = genuine.filter(isResponse);
  const fake = attack.filter(isResponse);
  const bounds = [...new Set([...live, ...fake])].sort((a, b) => a - b);
  return [...bounds, Number.POSITIVE_INFINITY].map((bound) => ({
    x: live.filter((score) => score < bound).length / live.length,
    y: fake.filter((score) => score >= bound).length / fake.length,
  }));
}
