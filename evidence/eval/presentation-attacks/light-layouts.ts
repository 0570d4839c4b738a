import { Photo } from '../../../src/core/concealed.js';
import type { ScreenAxis } from '../../../src/core/screen-light.js';
import type { Engine } from '../../../src/engine/engine.js';
import { lightRegions } from '../../../src/engine/light.js';
import { createEnginePool } from '../../../src/engine/pool.js';
import { findLight, type LitPair, type Sides, sidesOfNose, toNormals } from '../../../src/liveness/light.js';
import {
  attacks,
  drawLitSteps,
  type Head,
  type LitScene,
  makeGenuineLitFrames,
  type ScreenHalves,
} from '../../../test/face-video/index.js';
import { modelsFolder } from '../../../test/paths.js';
import { testShare } from '../../../test/share.js';
import type { Half } from '../../corpus/split.js';
import { createChance } from '../../statistics/chance.js';
import { proportion, toJson } from '../../statistics/proportion.js';
import { keepFigures } from '../keep.js';
import type { EvalProgram } from '../program.js';
import { drawPhotos, readFrontalHeads, withoutRefusal } from './heads.js';

/*
 * Measures whether layouts of two screen colors that the product does not use distinguish a bent print from a face.
 * Each layout's threshold refuses one in twenty people of the fitting half.
 */

interface Layout {
  readonly name: string;
  readonly axis: ScreenAxis;
  /** Default: the usual screen of the axis. */
  readonly screen?: ScreenHalves;
  /** Two parts of a face. Default: the two that distinguish most fitting people. */
  readonly sides?: Sides;
}

/**
 * The phone measures 6.5 × 14 cm. In layouts named `closer`, the phone is at half of its usual distance from the face.
 */
const layouts: readonly Layout[] = [
  { name: 'laptop, left and right', axis: 'across', sides: sidesOfNose.across },
  { name: 'phone, upper and lower', axis: 'down', sides: sidesOfNose.down },
  { name: 'phone, upper and lower, any two parts of the face', axis: 'down' },
  {
    name: 'phone, left and right',
    axis: 'across',
    screen: [
      { x: 0.39, y: 1.67 },
      { x: -0.39, y: 1.67 },
    ],
    sides: sidesOfNose.across,
  },
  {
    name: 'phone, halves by the diagonal',
    axis: 'across',
    screen: [
      { x: 0.26, y: 1.11 },
      { x: -0.26, y: 2.22 },
    ],
    sides: sidesOfNose.across,
  },
  {
    name: 'phone, left and right, the face twice as near',
    axis: 'across',
    screen: [
      { x: 0.77, y: 3.33 },
      { x: -0.77, y: 3.33 },
    ],
    sides: sidesOfNose.across,
  },
];

const gains = [0.15, 0.3] as const;
const prints = attacks.filter(({ name }) => /^(bent|rolled|slanted)Print$/.test(name));
const refusedShare = 0.05;
const [peopleToFitOn, printsToFitOn, peopleToJudge] = [60, 20, 40];

interface Look {
  readonly halves: LitPair;
  readonly gain: number;
}

type Shown = Pick<Layout, 'axis' | 'screen'>;

async function look(
  engine: Engine,
  makeLitFrames: (scene: LitScene) => Promise<readonly Buffer[]>,
  { axis, screen }: Shown,
  scene: Pick<LitScene, 'victim' | 'attacker' | 'gain' | 'seed'>,
): Promise<Look | null> {
  const steps = drawLitSteps(['centre'], axis, createChance(`row ${scene.seed}`));
  const frames = await makeLitFrames({ ...scene, steps, ...(screen === undefined ? {} : { screen }) });
  const readings = await Promise.all(
    frames.map((frame) =>
      withoutRefusal(() => engine.examine(new Photo(Uint8Array.from(frame)), ['light'], testShare)),
    ),
  );
  const lit = readings.flatMap((seen, at) =>
    seen === null || seen.light === null ? [] : [{ light: steps[at].light, reading: seen.light }],
  );
  const [one, other, shown, after] = lit;
  if (after === undefined) return null;
  const halves = [one, other] as const;
  return { halves, gain: findLight([[shown, after]], halves).gain };
}

type LooksByName = Readonly<Record<string, readonly Look[]>>;

async function lookAtAll(
  engine: Engine,
  shown: Shown,
  {
    gain,
    genuine,
    printed,
  }: { readonly gain: number; readonly genuine: readonly Head[]; readonly printed: readonly Head[] },
): Promise<LooksByName> {
  const kinds = [
    { name: 'genuine', makeLitFrames: makeGenuineLitFrames, heads: genuine },
    ...prints.map(({ name, makeLitFrames }) => ({ name, makeLitFrames, heads: printed })),
  ];
  const byName: Record<string, Look[]> = {};
  for (const { name, makeLitFrames, heads } of kinds) {
    byName[name] = [];
    for (const [at, victim] of heads.entries()) {
      const attacker = heads[(at + 1) % heads.length];
      const found = await look(engine, makeLitFrames, shown, { victim, attacker, gain, seed: `layout person ${at}` });
      if (found !== null) byName[name].push(found);
    }
  }
  return byName;
}

const readAll = (looks: readonly Look[], sides: Sides): readonly number[] =>
  looks.flatMap(({ halves, gain }) => toNormals(halves, gain, sides) ?? []);

function toBound(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(refusedShare * sorted.length)];
}

const rateBelow = (values: readonly number[], bound: number) =>
  toJson(proportion(values.filter((value) => value < bound).length, values.length));
const rateFrom = (values: readonly number[], bound: number) =>
  toJson(proportion(values.filter((value) => value >= bound).length, values.length));

const printsOf = (looks: LooksByName, sides: Sides): readonly number[] =>
  prints.flatMap(({ name }) => readAll(looks[name], sides));

function chooseSides(fit: LooksByName): Sides {
  const all = lightRegions.flatMap((one) =>
    lightRegions.flatMap((other): readonly Sides[] => (one === other ? [] : [[one, other]])),
  );
  const passing = (sides: Sides): number => {
    const genuine = readAll(fit.genuine, sides);
    // Parts of the face are useless if they cannot be read on 80 % of the people.
    if (genuine.length < 0.8 * fit.genuine.length) return 1;
    return rateFrom(printsOf(fit, sides), toBound(genuine)).rate;
  };
  return all.reduce((best, each) => (passing(each) < passing(best) ? each : best), all[0]);
}

async function judgeLayout(engine: Engine, layout: Layout, gain: number, people: Record<Half, readonly Head[]>) {
  const { fit: genuine, judge: judged } = people;
  const fit = await lookAtAll(engine, layout, { gain, genuine, printed: genuine.slice(0, printsToFitOn) });
  const judge = await lookAtAll(engine, layout, { gain, genuine: judged, printed: judged });
  const sides = layout.sides ?? chooseSides(fit);
  const bound = toBound(readAll(fit.genuine, sides));
  return {
    gain,
    sides,
    bound: Number(bound.toPrecision(3)),
    refusedPeople: rateBelow(readAll(judge.genuine, sides), bound),
    passedPrints: rateFrom(printsOf(judge, sides), bound),
  };
}

export const lightLayouts: EvalProgram = {
  about: 'other ways to show the two colours of the light challenge: drawn people refused, bent prints that pass',
  async run(say, out) {
    const engine = await createEnginePool({ modelsFolder, queueLimit: 64 });
    try {
      const readHalf = (half: Half, count: number) =>
        readFrontalHeads(engine, drawPhotos(half, 'people of the light challenge'), count);
      const people = { fit: await readHalf('fit', peopleToFitOn), judge: await readHalf('judge', peopleToJudge) };
      const byLayout = [];
      for (const layout of layouts) {
        const byGain = [];
        for (const gain of gains) byGain.push(await judgeLayout(engine, layout, gain, people));
        byLayout.push({ name: layout.name, byGain });
        say(`light: ${layout.name}`);
      }
      const figures = { frames: 'synthetic', layouts: byLayout };
      await keepFigures(out, 'light-layouts', figures);
      return figures;
    } finally {
      await engine.close();
    }
  },
};
