import type { Movement } from '../../../src/core/movements.js';
import type { Engine, Landmarks } from '../../../src/engine/engine.js';
import { createEnginePool } from '../../../src/engine/pool.js';
import { bounds } from '../../../src/liveness/bounds.js';
import { toMeanShape, toParallax, toReliefTurn } from '../../../src/liveness/relief.js';
import { toFollowed, toPoseTurn } from '../../../src/liveness/turn.js';
import { type Attack, attacks, type Head, makeGenuineFrames } from '../../../test/face-video/index.js';
import { modelsFolder } from '../../../test/paths.js';
import { toPhoto } from '../../../test/pictures.js';
import { testShare } from '../../../test/share.js';
import type { Half } from '../../corpus/split.js';
import { type Discriminant, fitDiscriminant } from '../../statistics/discriminant.js';
import { proportion, toJson } from '../../statistics/proportion.js';
import type { EvalProgram } from '../program.js';
import { drawPhotos, readFrontalHeads, withoutRefusal } from './heads.js';
import { mirrored } from './landmark-mirror.js';
import { type NaturalPair, readNaturalPairs } from './natural-pairs.js';

const renderedPeople = 100;

const ridge = 0.1;

const pitches = ['up', 'down'] as const;
type Pitch = (typeof pitches)[number];

/** Landmarks of a nod: the face straight ahead, and turned up or down. */
interface Nod {
  readonly pitch: Pitch;
  readonly frontal: Landmarks;
  readonly turned: Landmarks;
}

const isSeen = ({ pitch, frontal, turned }: Nod): boolean =>
  toFollowed(pitch, toReliefTurn(frontal, turned)).toward >= bounds[`relief_${pitch}`].atLeast;

const toNods = (pairs: readonly NaturalPair[]): Nod[] =>
  pairs.flatMap(({ frontal, other }): Nod[] => {
    const { yawDeg, pitchDeg } = toPoseTurn([frontal.pose], other.pose);
    if (Math.abs(pitchDeg) < 12 || Math.abs(yawDeg) > 10) return [];
    const pitch = pitchDeg > 0 ? 'up' : 'down';
    return [{ pitch, frontal: toMeanShape([frontal.landmarks]), turned: other.landmarks }];
  });

const movements: readonly Movement[] = ['centre', ...pitches, 'centre'];

const rendered = {
  genuine: makeGenuineFrames,
  bentPrint: makeFramesOf('bentPrint'),
  rolledPrint: makeFramesOf('rolledPrint'),
} as const;
type Rendered = keyof typeof rendered;

function makeFramesOf(name: string): Attack['makeFrames'] {
  const attack = attacks.find((each) => each.name === name);
  if (attack === undefined) throw new Error(`There is no attack ${name}.`);
  return attack.makeFrames;
}

async function renderNods(engine: Engine, half: Half, say: (line: string) => void): Promise<Record<Rendered, Nod[]>> {
  const heads = await readFrontalHeads(engine, drawPhotos(half, `people of the bent sheet, ${half}`), renderedPeople);
  const nods: Record<Rendered, Nod[]> = { genuine: [], bentPrint: [], rolledPrint: [] };
  const renderAll = async (victim: Head, at: number): Promise<void> => {
    const scene = { victim, attacker: heads[(at + 1) % heads.length], movements, seed: `nod ${half} ${at}` };
    for (const name of ['genuine', 'bentPrint', 'rolledPrint'] as const) {
      const frames = await rendered[name](scene);
      const looks = frames.map((frame) =>
        withoutRefusal(async () => (await engine.examine(toPhoto(frame), ['landmarks'], testShare)).landmarks),
      );
      const [first, up, down, last] = await Promise.all(looks);
      if (first === null || up === null || down === null || last === null) continue;
      const frontal = toMeanShape([first, last]);
      nods[name].push({ pitch: 'up', frontal, turned: up }, { pitch: 'down', frontal, turned: down });
    }
    if ((at + 1) % 20 === 0) say(`${half}: nods of ${at + 1} of ${heads.length} people`);
  };
  const queue = heads.entries();
  const work = async (): Promise<void> => {
    for (const [at, victim] of queue) await renderAll(victim, at);
  };
  await Promise.all([work(), work()]);
  return nods;
}

/** Returns the normalized parallax of the 68 points, made symmetric because a nod is symmetric. */
function toLayout({ frontal, turned }: Nod): number[] {
  const parallax = toParallax(toMeanShape([turned]), frontal);
  const values = [
    ...parallax.map(({ x }, at) => (x - parallax[mirrored[at]].x) / 2),
    ...parallax.map(({ y }, at) => (y + parallax[mirrored[at]].y) / 2),
  ];
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

/** Returns 0 at the mean of bent prints and 1 at the mean of faces. */
const toLikeness = ({ weights, offset }: Discriminant, nod: Nod): number =>
  toLayout(nod).reduce((sum, value, at) => sum + value * weights[at], offset);

const refusedNatural = 0.01;

/**
 * Measures whether the depth seen in a nod distinguishes a face from paper bent about a vertical axis. The product does
 * not use this measure, because it refused one of four demonstration people in 4 of 24 nods.
 */
export const bentSheet: EvalProgram = {
  about: 'what the layout of depth would tell of bent prints, fitted on half of the people, judged on the other',
  async run(say) {
    const natural = await readNaturalPairs(say);
    const engine = await createEnginePool({ modelsFolder, queueLimit: 64 });
    try {
      const fit = { natural: toNods(natural.fit), ...(await renderNods(engine, 'fit', say)) };
      const judge = { natural: toNods(natural.judge), ...(await renderNods(engine, 'judge', say)) };
      return Object.fromEntries(
        pitches.map((pitch) => {
          const of = (nods: readonly Nod[]) => nods.filter((nod) => nod.pitch === pitch && isSeen(nod));
          const faces = [...of(fit.natural), ...of(fit.genuine)];
          const sheets = [...of(fit.bentPrint), ...of(fit.rolledPrint)];
          const discriminant = fitDiscriminant(faces.map(toLayout), sheets.map(toLayout), ridge);
          const likenessOf = (nods: readonly Nod[]) =>
            of(nods)
              .map((nod) => toLikeness(discriminant, nod))
              .sort((a, b) => a - b);
          const known = likenessOf(fit.natural);
          const bound = known[Math.floor(refusedNatural * known.length)];
          const rows = (['natural', 'genuine', 'bentPrint', 'rolledPrint'] as const).map((kind) => {
            const likenesses = likenessOf(judge[kind]);
            const refused = likenesses.filter((likeness) => likeness < bound).length;
            const { hits, trials, rate, interval } = toJson(proportion(refused, likenesses.length));
            return {
              kind,
              bound: Number(bound.toFixed(2)),
              refused: hits,
              nods: trials,
              rate,
              from: interval[0],
              to: interval[1],
            };
          });
          return [pitch, rows];
        }),
      );
    } finally {
      await engine.close();
    }
  },
};
