import { createSeededRandom } from '../../../src/core/base/chance.js';
import { mapConcurrently } from '../../../src/core/base/map-concurrently.js';
import type { LivenessJudge } from '../../../src/core/ports.js';
import { type ScreenAxis, type ScreenLight, screenAxes, toLinear } from '../../../src/core/screen-light.js';
import type { LightReading, LightRegion, Rgb } from '../../../src/face/engine/light.js';
import { createMovementJudge } from '../../../src/face/liveness/judge.js';
import { findLight, type LitPair } from '../../../src/face/liveness/light.js';
import { bounds } from '../../../src/face/liveness/signals.js';
import { drawMovements } from '../../../src/step-up/movement-challenge.js';
import {
  attacks,
  drawLitSteps,
  type Head,
  type LitScene,
  makeGenuineLitFrames,
} from '../../../support/face-video/index.js';
import { countSignals } from '../../measure/accuracy/presence-report.js';
import { type EvalProgram, keepFigures, type PrintLine } from '../../measure/program.js';
import { proportion } from '../../measure/statistics/proportion.js';
import { drawPhotos, isGrey, readFrontalHeads, withEngine } from './heads.js';
import { type JudgedChallenge, judgeFrames } from './judged-challenges.js';
import { rateOf, toRiapar } from './presentation-rates.js';

const chanceRows = 200_000;

/** Measures how often a face lit by an independent random sequence of colors matches the requested sequence. */
function matchByChance() {
  const chance = createSeededRandom('rows by chance');
  const toReading = ({ first }: ScreenLight): LightReading => {
    const [red, green, blue] = toLinear(first);
    const seen: Rgb = [1 + 0.15 * red, 1 + 0.15 * green, 1 + 0.15 * blue];
    const regions: Record<LightRegion, Rgb> = {
      leftCheek: seen,
      rightCheek: seen,
      leftFlank: seen,
      rightFlank: seen,
      bridge: seen,
      noseBase: seen,
      chin: seen,
      forehead: seen,
    };
    return { regions, background: null, tones: [] };
  };
  const poses = ['centre', 'left', 'up', 'up'] as const;
  let hits = 0;
  for (let row = 0; row < chanceRows; row += 1) {
    const told = drawLitSteps(poses, 'across', chance);
    const lit = drawLitSteps(poses, 'across', chance);
    const litAt = (at: number) => ({ light: told[at].light, reading: toReading(lit[at].light) });
    const pairs = poses.map((_, pose): LitPair => [litAt(2 * pose + 2), litAt(2 * pose + 3)]);
    if (findLight(pairs, [litAt(0), litAt(1)]).match >= bounds.light_match.atLeast) hits += 1;
  }
  return { ...proportion(hits, chanceRows), oneIn: Math.round(chanceRows / Math.max(1, hits)) };
}

/** Number of people for each measurement. */
const people = { genuine: 60, attacked: 40 } as const;

/** Screen light on a face relative to the room light. Attacks use the last two values. */
const gains = [0.05, 0.1, 0.15, 0.3] as const;
const attackedGains = [0.15, 0.3] as const;

interface Kind {
  readonly name: string;
  readonly makeLitFrames: (scene: LitScene) => Promise<readonly Buffer[]>;
}

const genuine: Kind = { name: 'genuine', makeLitFrames: makeGenuineLitFrames };

interface JudgedLight extends JudgedChallenge {
  readonly lightPass: boolean;
}

const isLightSignal = (signal: string): boolean => signal.startsWith('light_');

async function judgeKind(
  judge: LivenessJudge,
  { name, makeLitFrames }: Kind,
  { gain, axis }: { readonly gain: number; readonly axis: ScreenAxis },
  heads: readonly Head[],
  say: PrintLine,
): Promise<readonly JudgedLight[]> {
  const judged = await mapConcurrently(heads, async (victim, at) => {
    const seed = `lit person ${at}`;
    const chance = createSeededRandom(`row ${seed}`);
    const movements = drawMovements(chance.bytes);
    const steps = drawLitSteps([...movements, ...movements.slice(-1)], axis, chance);
    const frames = await makeLitFrames({ victim, attacker: heads[(at + 1) % heads.length], steps, seed, gain });
    const { pass, refusedBy, measurements } = await judgeFrames(judge, steps, [frames]);
    const isSeen = measurements.some((measurement) => measurement.name === 'light_gain');
    return { species: name, pass, refusedBy, lightPass: isSeen && !refusedBy.some(isLightSignal) };
  });
  say(`light: ${name}, gain ${gain}, ${axis}`);
  return judged;
}

function toBpcer(judged: readonly JudgedLight[]) {
  // The light signal gives no result if a frame does not have exactly one face, or if the face moved too much.
  const seen = judged.filter(({ refusedBy, lightPass }) => lightPass || refusedBy.some(isLightSignal));
  return {
    byLight: rateOf(seen, ({ lightPass }) => !lightPass),
    inAll: rateOf(judged, ({ pass }) => !pass),
    refusedBy: countSignals(judged),
  };
}

const toApcer = (judged: readonly JudgedLight[]) => ({
  inAll: rateOf(judged, ({ pass }) => pass),
  byLight: rateOf(judged, ({ lightPass }) => lightPass),
  withoutLight: rateOf(judged, ({ refusedBy }) => refusedBy.every(isLightSignal)),
  stoppedBy: countSignals(judged),
});

export const lightChallenge: EvalProgram = {
  about: 'APCER, BPCER, RIAPAR of the light challenge on drawn frames: prints, screens, masks, replays',
  run: (say, out) =>
    withEngine(async (engine) => {
      const photos = drawPhotos('judge', 'people of the light challenge');
      const heads = await readFrontalHeads(engine, photos, people.genuine);
      const judge = createMovementJudge({ engine });
      const judgeAll = (kind: Kind, gain: number, axis: ScreenAxis, count: number) =>
        judgeKind(judge, kind, { gain, axis }, heads.slice(0, count), say);
      const bpcer = [];
      for (const axis of screenAxes)
        for (const gain of axis === 'across' ? gains : attackedGains)
          bpcer.push({ gain, axis, ...toBpcer(await judgeAll(genuine, gain, axis, people.genuine)) });
      const attackedAt = [];
      for (const axis of screenAxes)
        for (const gain of attackedGains) {
          const apcer: Record<string, ReturnType<typeof toApcer>> = {};
          for (const kind of attacks) apcer[kind.name] = toApcer(await judgeAll(kind, gain, axis, people.attacked));
          const refused = bpcer.find((each) => each.axis === axis && each.gain === gain)?.inAll ?? null;
          const riapar = Object.fromEntries(
            Object.entries(apcer).map(([name, { inAll }]) => [name, toRiapar(inAll, refused)]),
          );
          attackedAt.push({ axis, gain, apcer, riapar });
        }
      const figures = {
        frames: 'synthetic',
        bpcer,
        attacks: attackedAt,
        blackAndWhite: rateOf(heads, ({ frame }) => isGrey(frame)),
        chanceRow: matchByChance(),
      };
      await keepFigures(out, 'light-challenge', figures);
      return figures;
    }),
};
