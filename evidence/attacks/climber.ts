import type { Chance } from '../../src/core/base/chance.js';
import { toUnit } from '../../src/extensions/measuring/statistics/directions.js';

export interface Reply {
  readonly opened: boolean;
  readonly score: number | null;
}

export interface Climb {
  readonly tries: number;
  readonly arrived: boolean;
  readonly embedding: Float32Array;
}

/**
 * Hill climbing with one parent, one child and an adaptive step length. Without a score from the server, each try is
 * random.
 * @see https://doi.org/10.1109/CCST.2003.1297584 (hill climbing against face recognition)
 */
export async function climb(
  ask: (embedding: Float32Array) => Promise<Reply>,
  {
    start,
    mostTries,
    chance,
  }: {
    readonly start: Float32Array;
    readonly mostTries: number;
    readonly chance: Chance;
  },
): Promise<Climb> {
  const worthOf = ({ score }: Reply): number => score ?? Number.NEGATIVE_INFINITY;
  let best: { readonly embedding: Float32Array; readonly worth: number } = {
    embedding: start,
    worth: Number.NEGATIVE_INFINITY,
  };
  let stepLength = 0.5;
  for (let tries = 1; tries <= mostTries; tries += 1) {
    const child =
      tries === 1
        ? start
        : toUnit(best.embedding.map((value) => value + (stepLength * chance.normal()) / Math.sqrt(start.length)));
    const reply = await ask(child);
    if (reply.opened) return { tries, arrived: true, embedding: child };
    const worth = worthOf(reply);
    const isBetter = worth > best.worth;
    if (worth >= best.worth) best = { embedding: child, worth };
    // These factors balance at one improvement in five tries (Rechenberg's rule).
    stepLength = Math.min(1, Math.max(0.02, stepLength * (isBetter ? 1.22 : 0.953)));
  }
  return { tries: mostTries, arrived: false, embedding: best.embedding };
}

const probeLength = 0.5;

/** Estimates the enrolled face from match scores, as the mean of random steps weighted by their effect. */
export async function learn(
  ask: (embedding: Float32Array) => Promise<Reply>,
  { start, probes, chance }: { readonly start: Float32Array; readonly probes: number; readonly chance: Chance },
): Promise<Float32Array> {
  const told: { readonly direction: Float32Array; readonly score: number }[] = [];
  for (let probe = 0; probe < probes; probe += 1) {
    const direction = toUnit(start.map(() => chance.normal()));
    const { score } = await ask(toUnit(start.map((value, at) => value + probeLength * direction[at])));
    if (score !== null) told.push({ direction, score });
  }
  const mean = told.reduce((sum, { score }) => sum + score, 0) / Math.max(1, told.length);
  const slope = new Float32Array(start.length);
  for (const { direction, score } of told)
    for (let at = 0; at < slope.length; at += 1) slope[at] += (score - mean) * direction[at];
  const { score } = await ask(start);
  if (told.length < 2 || score === null) return start;
  const trust = Math.sqrt(told.length / (told.length + 2 * start.length));
  const sideways = toUnit(slope);
  return toUnit(start.map((value, at) => score * value + Math.sqrt(1 - score * score) * trust * sideways[at]));
}
