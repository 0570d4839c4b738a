import { createSeededRandom, type SeededRandom } from '../../src/core/base/chance.js';
import { Embedding } from '../../src/core/secrets.js';
import { toScore } from '../../src/face/verifier/embeddings.js';
import { testShare } from '../../support/data/share.js';
import { toUnit } from '../measure/statistics/directions.js';
import { type Attack, toClaim } from './attack.js';
import { cosineOf } from './estimator.js';
import { binding, createSealing, sealToken } from './sealed-tokens.js';

interface Reply {
  readonly opened: boolean;
  readonly score: number | null;
}

type Ask = (embedding: Float32Array) => Reply | Promise<Reply>;

interface Climb {
  readonly tries: number;
  readonly arrived: boolean;
  readonly embedding: Float32Array;
}

/**
 * Hill climbing with one parent, one child and an adaptive step length. Without a score from the server, each try is
 * random.
 * @see https://doi.org/10.1109/CCST.2003.1297584 (hill climbing against face recognition)
 */
async function climb(ask: Ask, start: Float32Array, mostTries: number, chance: SeededRandom): Promise<Climb> {
  let best = { embedding: start, worth: Number.NEGATIVE_INFINITY };
  let stepLength = 0.5;
  for (let tries = 1; tries <= mostTries; tries += 1) {
    const child =
      tries === 1
        ? start
        : toUnit(best.embedding.map((value) => value + (stepLength * chance.normal()) / Math.sqrt(start.length)));
    const { opened, score } = await ask(child);
    if (opened) return { tries, arrived: true, embedding: child };
    const worth = score ?? Number.NEGATIVE_INFINITY;
    const isBetter = worth > best.worth;
    if (worth >= best.worth) best = { embedding: child, worth };
    // These factors balance at one improvement in five tries (Rechenberg's rule).
    stepLength = Math.min(1, Math.max(0.02, stepLength * (isBetter ? 1.22 : 0.953)));
  }
  return { tries: mostTries, arrived: false, embedding: best.embedding };
}

const probeLength = 0.5;

/** Estimates the enrolled face from match scores, as the mean of random steps weighted by their effect. */
async function learn(ask: Ask, start: Float32Array, probes: number, chance: SeededRandom): Promise<Float32Array> {
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

export const hillClimbing: Attack = {
  about: 'changing a face step by step by what the product answers: does it get in?',
  async run({ loadFaces, size, say }) {
    const faces = await loadFaces();
    const isFull = size === 'full';
    const sealing = createSealing('climbing', 'quick');
    const climbers = isFull ? 10 : 1;
    const mostTries = isFull ? 5000 : 100;
    const several = faces.judge.filter(({ embeddings }) => embeddings.length > 1);
    const climbFrom = async (at: number) => {
      say(`Climber ${at + 1} of ${climbers}…`);
      const [enrolled, live] = several[at].embeddings;
      const start = faces.fit[at].embeddings[0];
      const token = await sealToken(sealing, enrolled);
      const unlocked = await sealing.unlock({ token, binding, secret: null, share: testShare });
      /** Replies like the product, which returns a score only for a match. */
      const ask = async (embedding: Float32Array): Promise<Reply> => {
        const opened = await unlocked.open(new Embedding(Float32Array.from(embedding)));
        return { opened: opened !== null, score: opened === null ? null : toScore(opened.cosine) };
      };
      /** Unsafe reply for comparison, which returns the score even without a match. */
      const tell = (embedding: Float32Array): Reply => {
        const score = cosineOf(embedding, enrolled);
        return { opened: score >= 0.45, score };
      };
      const chance = createSeededRandom(`climber ${at}`);
      const plain = await climb(ask, start, mostTries, chance);
      const told = await climb(tell, start, 20_000, chance);
      // An attacker who matches and receives scores climbs to the enrolled face.
      const learned = await learn(ask, live, isFull ? 5000 : 100, chance);
      unlocked.wipe();
      return {
        gotIn: plain.arrived,
        near: cosineOf(plain.embedding, enrolled),
        triesIfTold: told.arrived ? told.tries : Number.POSITIVE_INFINITY,
        known: cosineOf(live, enrolled),
        learned: cosineOf(learned, enrolled),
      };
    };
    const rows: Awaited<ReturnType<typeof climbFrom>>[] = [];
    for (let at = 0; at < climbers; at += 1) rows.push(await climbFrom(at));
    const median = (read: (row: (typeof rows)[number]) => number): number =>
      rows.map(read).sort((a, b) => a - b)[rows.length >> 1];
    const gotIn = rows.filter((row) => row.gotIn).length;
    const nearest = toScore(Math.max(...rows.map(({ near }) => near)));
    const triesIfTold = median((row) => row.triesIfTold);
    const insider = { from: toScore(median(({ known }) => known)), to: toScore(median(({ learned }) => learned)) };
    return {
      table: [
        ['feedback', 'result'],
        [
          'as shipped',
          `${gotIn} of ${climbers} got in within ${mostTries} tries; the nearest came to a cosine of ${nearest}`,
        ],
        ['cosine of refusals', `in after ${triesIfTold} tries (median)`],
        ['scores after a match', `from a cosine of ${insider.from} to ${insider.to} (medians)`],
      ],
      claims: [
        toClaim('climbers who succeed', gotIn, { atMost: 0 }),
        toClaim('control: tries with the cosine of refusals', triesIfTold, { atMost: 20_000 }),
      ],
      skipped: [],
    };
  },
};
