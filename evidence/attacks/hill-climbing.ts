import { createSeededRandom, type SeededRandom } from '../../src/core/base/chance.js';
import type { Score, Verifier } from '../../src/core/ports.js';
import { Embedding, Photo, type SealedToken } from '../../src/core/secrets.js';
import type { Engine } from '../../src/face/engine/engine.js';
import { createStretch, publishedCost } from '../../src/face/token/derive.js';
import { createEmbeddedVerifier } from '../../src/face/verifier/embedded.js';
import { toScore } from '../../src/face/verifier/embeddings.js';
import { testShare } from '../../test/support/data/share.js';
import { createKeysInMemory } from '../../test/support/fakes/keys.js';
import { createSimulatedEngine, drawPhoto } from '../../test/support/fakes/simulated-engine.js';
import { systemRandom } from '../../test/support/fakes/sinks.js';
import { parameters } from '../measure/accuracy/bare-token.js';
import { dot, toUnit } from '../measure/statistics/directions.js';
import { type Attack, type Setting, toClaim } from './attack.js';
import { cosineOf } from './estimator.js';
import { binding, createSealing, sealToken } from './sealed-tokens.js';
import { climbOverSocket } from './socket-climber.js';

interface Reply {
  readonly opened: boolean;
  readonly score: number | null;
}

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
async function climb(
  ask: (embedding: Float32Array) => Promise<Reply>,
  {
    start,
    mostTries,
    chance,
  }: {
    readonly start: Float32Array;
    readonly mostTries: number;
    readonly chance: SeededRandom;
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
async function learn(
  ask: (embedding: Float32Array) => Promise<Reply>,
  { start, probes, chance }: { readonly start: Float32Array; readonly probes: number; readonly chance: SeededRandom },
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

/** Engine that takes embeddings as pictures, to simulate attackers who control every pixel. */
function createTransparentEngine(): Engine {
  const engine = createSimulatedEngine();
  return {
    ...engine,
    examine: async (photo, signals, share) => ({
      ...(await engine.examine(drawPhoto('person', 1), signals, share)),
      embedding: photo.use((bytes) => new Embedding(new Float32Array(Uint8Array.from(bytes).buffer))),
    }),
  };
}

/** Returns a unit vector with the given cosine to `target`, in the plane of both embeddings. */
function towards(target: Float32Array, other: Float32Array, cosine: number): Float32Array {
  const along = dot(target, other);
  const across = toUnit(other.map((value, at) => value - along * target[at]));
  return across.map((value, at) => cosine * target[at] + Math.sqrt(1 - cosine * cosine) * value);
}

const toPicture = (embedding: Float32Array): Photo => new Photo(new Uint8Array(Float32Array.from(embedding).buffer));

const scoreBy = (verifier: Verifier, token: SealedToken, embedding: Float32Array): Promise<Score> =>
  verifier.score({
    photos: [toPicture(embedding)],
    token,
    binding,
    secret: null,
    requireLiveness: false,
    allowRenewal: false,
    share: testShare,
  });

async function refusalsAtVerifier(target: Float32Array, other: Float32Array, tries: number) {
  const keys = createKeysInMemory(createSeededRandom('climbed').bytes(32));
  const verifier = createEmbeddedVerifier({
    engine: createTransparentEngine(),
    parameters,
    keys,
    random: systemRandom,
    stretch: createStretch(publishedCost),
  });
  const { token } = await verifier.enrol({
    photos: [toPicture(target)],
    binding,
    secret: null,
    expiresAt: null,
    share: testShare,
  });
  const refusals: string[] = [];
  let opened: number | null = null;
  for (let at = 0; at < tries && opened === null; at += 1) {
    const cosine = at / tries;
    const reply = await scoreBy(verifier, token, towards(target, other, cosine));
    if (reply.matched) opened = cosine;
    else refusals.push(JSON.stringify(reply));
  }
  await verifier.close();
  return { refused: refusals.length, distinct: new Set(refusals).size, openedAtCosine: opened };
}

async function climbTokens({ loadFaces, size, say }: Setting) {
  const faces = await loadFaces();
  const isFull = size === 'full';
  const sealing = createSealing('climbing', 'quick');
  const climbers = isFull ? 10 : 1;
  const mostTries = isFull ? 5000 : 100;
  const climbFrom = async (at: number) => {
    say(`Climber ${at + 1} of ${climbers}…`);
    const [enrolled, live] = faces.judge.filter(({ embeddings }) => embeddings.length > 1)[at].embeddings;
    const start = faces.fit[at].embeddings[0];
    const token = await sealToken(sealing, enrolled);
    const unlocked = await sealing.unlock({ token, binding, secret: null, share: testShare });
    /** Replies like the product, which returns a score only for a match. */
    const ask = async (embedding: Float32Array): Promise<Reply> => {
      const opened = await unlocked.open(new Embedding(Float32Array.from(embedding)));
      return { opened: opened !== null, score: opened === null ? null : toScore(opened.cosine) };
    };
    /** Unsafe reply for comparison, which returns the score even without a match. */
    const tell =
      (toShown: (cosine: number) => number) =>
      async (embedding: Float32Array): Promise<Reply> => {
        const cosine = cosineOf(embedding, enrolled);
        return { opened: cosine >= 0.45, score: toShown(cosine) };
      };
    const chance = createSeededRandom(`climber ${at}`);
    const plain = await climb(ask, { start, mostTries, chance });
    const exact = await climb(
      tell((cosine) => cosine),
      { start, mostTries: 20_000, chance },
    );
    const coarse = await climb(tell(toScore), { start, mostTries: isFull ? 20_000 : 500, chance });
    // An attacker who matches and receives scores climbs to the enrolled face.
    const learned = await learn(ask, { start: live, probes: isFull ? 5000 : 100, chance });
    unlocked.wipe();
    return {
      told: plain.arrived,
      near: cosineOf(plain.embedding, enrolled),
      exact: exact.arrived ? exact.tries : Number.POSITIVE_INFINITY,
      rounded: coarse.tries,
      roundedArrived: coarse.arrived,
      known: cosineOf(live, enrolled),
      learned: cosineOf(learned, enrolled),
    };
  };
  const rows: Awaited<ReturnType<typeof climbFrom>>[] = [];
  for (let at = 0; at < climbers; at += 1) rows.push(await climbFrom(at));
  const median = (read: (row: (typeof rows)[number]) => number): number =>
    rows.map(read).sort((a, b) => a - b)[rows.length >> 1];
  return {
    climbers,
    mostTries,
    gotIn: rows.filter(({ told }) => told).length,
    nearest: toScore(Math.max(...rows.map(({ near }) => near))),
    triesWithCosine: median(({ exact }) => exact),
    triesWithRoundedCosine: median(({ rounded }) => rounded),
    gotInWithRoundedCosine: rows.filter(({ roundedArrived }) => roundedArrived).length,
    insider: { from: toScore(median(({ known }) => known)), to: toScore(median(({ learned }) => learned)) },
  };
}

export const hillClimbing: Attack = {
  about: 'changing a face step by step by what the product answers: does it get in?',
  async run(setting) {
    const { loadFaces, size, say } = setting;
    const faces = await loadFaces();
    const refusals = await refusalsAtVerifier(
      faces.judge[0].embeddings[0],
      faces.fit[0].embeddings[0],
      size === 'full' ? 100 : 20,
    );
    const tokens = await climbTokens(setting);
    say('Climbing over a socket, against a running server…');
    const socket = await climbOverSocket(size === 'full' ? 104 : 8);
    return {
      figures: { refusalsAtVerifier: refusals, tokens, socket: { ...socket } },
      table: [
        ['feedback', 'result'],
        [
          'as shipped',
          `${tokens.gotIn} of ${tokens.climbers} got in within ${tokens.mostTries} tries; the nearest came to a cosine of ${tokens.nearest}`,
        ],
        ['cosine of refusals', `in after ${tokens.triesWithCosine} tries (median)`],
        [
          'cosine, two decimals',
          `${tokens.gotInWithRoundedCosine} of ${tokens.climbers} got in; ${tokens.triesWithRoundedCosine} tries (median)`,
        ],
        ['scores after a match', `from a cosine of ${tokens.insider.from} to ${tokens.insider.to} (medians)`],
        [
          'over HTTP',
          `locked after ${socket.triesUntilLocked} tries, the right face ${socket.locksTheRightFaceToo ? 'too' : 'not'}; ${socket.distinctRefusals} kind of refusal`,
        ],
      ],
      claims: [
        toClaim('different refusals of the verifier', refusals.distinct, { atMost: 1 }),
        toClaim('climbers who succeed', tokens.gotIn, { atMost: 0 }),
        toClaim('control: tries with the cosine of refusals', tokens.triesWithCosine, { atMost: 20_000 }),
        toClaim('over HTTP: different refusals before the lockout', socket.distinctRefusals, { atMost: 1 }),
        toClaim('over HTTP: tries until the lockout', socket.triesUntilLocked, { atMost: 100 }),
        toClaim('over HTTP: photo comparisons that accepted a token', socket.matchesWithToken, { atMost: 0 }),
      ],
      skipped: [],
    };
  },
};
