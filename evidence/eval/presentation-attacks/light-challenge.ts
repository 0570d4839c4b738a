import { Photo } from '../../../src/core/concealed.js';
import type { LivenessJudge } from '../../../src/core/ports.js';
import { type ScreenAxis, screenAxes } from '../../../src/core/screen-light.js';
import { drawMovements } from '../../../src/core/step-up/movement-challenge.js';
import { createEnginePool } from '../../../src/engine/pool.js';
import { createMovementJudge } from '../../../src/liveness/judge.js';
import {
  attacks,
  drawLitSteps,
  type Head,
  injections,
  type LitScene,
  makeGenuineLitFrames,
} from '../../../test/face-video/index.js';
import { modelsFolder } from '../../../test/paths.js';
import { testShare } from '../../../test/share.js';
import { createChance } from '../../statistics/chance.js';
import { proportion, toJson } from '../../statistics/proportion.js';
import { keep, toDatedFile } from '../keep.js';
import type { EvalProgram } from '../program.js';
import { drawPhotos, isGrey, readFrontalHeads } from './heads.js';
import { countSignals, type JudgedChallenge } from './judged-challenges.js';
import { matchByChance, measureRecognition, measureSameFace } from './light-on-faces.js';
import { type LightFigures, toLightTables } from './light-tables.js';
import { toHighest } from './presentation-rates.js';

/** Number of people for each measurement. Five injections per person are 300 injections. */
const people = { genuine: 60, injected: 60, attacked: 40, recognised: 20 } as const;

/** Screen light on a face relative to the room light. Attacks use the last two values. */
const gains = [0.05, 0.1, 0.15, 0.3] as const;
const attackedGains = [0.15, 0.3] as const;

type MakeLitFrames = (scene: LitScene) => Promise<readonly Buffer[]>;

interface Kind {
  readonly name: string;
  readonly gain: number;
  readonly axis: ScreenAxis;
  readonly makeLitFrames: MakeLitFrames;
}

const genuine = (gain: number, axis: ScreenAxis): Kind => ({
  name: 'genuine',
  gain,
  axis,
  makeLitFrames: makeGenuineLitFrames,
});

const pretended = (
  { name, makeLitFrames }: { name: string; makeLitFrames: MakeLitFrames },
  gain: number,
  axis: ScreenAxis,
): Kind => ({ name, gain, axis, makeLitFrames });

interface JudgedLight extends JudgedChallenge {
  readonly lightPass: boolean;
}

async function judgeOne(judge: LivenessJudge, kind: Kind, heads: readonly Head[], at: number): Promise<JudgedLight> {
  const seed = `lit person ${at}`;
  const chance = createChance(`row ${seed}`);
  const steps = drawLitSteps(drawMovements(chance.bytes), kind.axis, chance);
  const [victim, attacker] = [heads[at], heads[(at + 1) % heads.length]];
  const frames = await kind.makeLitFrames({ victim, attacker, steps, seed, gain: kind.gain });
  const { pass, reasons, measurements } = await judge.judge(
    frames.map((frame, index) => ({ ...steps[index], photo: new Photo(Uint8Array.from(frame)) })),
    testShare,
  );
  const refusedBy = [...new Set(reasons.map((reason) => reason.replace(/_\d+$/, '')))];
  const isSeen = measurements.some(({ name }) => name === 'light_gain');
  return { species: kind.name, pass, refusedBy, lightPass: isSeen && !refusedBy.some(isOfLight) };
}

const isOfLight = (signal: string): boolean => signal.startsWith('light_');

async function judgeKind(
  judge: LivenessJudge,
  kind: Kind,
  heads: readonly Head[],
  say: (line: string) => void,
): Promise<readonly JudgedLight[]> {
  const judged: JudgedLight[] = [];
  const queue = heads.keys();
  const work = async (): Promise<void> => {
    for (const at of queue) judged.push(await judgeOne(judge, kind, heads, at));
  };
  await Promise.all([work(), work()]);
  say(`light: ${kind.name}, gain ${kind.gain}, ${kind.axis}`);
  return judged;
}

const rateOf = <Each>(judged: readonly Each[], isHit: (each: Each) => boolean) =>
  toJson(proportion(judged.filter(isHit).length, judged.length));

const toBpcer = (kind: Kind, judged: readonly JudgedLight[]) => {
  // The light signal gives no result if a frame does not have exactly one face, or if the face moved too much.
  const seen = judged.filter(({ refusedBy, lightPass }) => lightPass || refusedBy.some(isOfLight));
  return {
    gain: kind.gain,
    axis: kind.axis,
    byLight: rateOf(seen, ({ lightPass }) => !lightPass),
    inAll: rateOf(judged, ({ pass }) => !pass),
    refusedBy: countSignals(judged),
  };
};

const toApcer = (judged: readonly JudgedLight[]) => ({
  inAll: rateOf(judged, ({ pass }) => pass),
  byLight: rateOf(judged, ({ lightPass }) => lightPass),
  withoutLight: rateOf(judged, ({ refusedBy }) => refusedBy.every(isOfLight)),
  stoppedBy: countSignals(judged),
});

export const lightChallenge: EvalProgram = {
  about: 'APCER and BPCER of the light challenge on drawn frames: prints, screens, masks, replays, injections',
  async run(say, out) {
    const engine = await createEnginePool({ modelsFolder, queueLimit: 64 });
    try {
      const photos = drawPhotos('judge', 'people of the light challenge');
      const heads = await readFrontalHeads(engine, photos, people.genuine);
      const judge = createMovementJudge({ engine });
      const judgeAll = (kind: Kind, count: number) => judgeKind(judge, kind, heads.slice(0, count), say);
      const bpcer = [];
      for (const kind of [
        ...gains.map((gain) => genuine(gain, 'across')),
        genuine(attackedGains[0], 'down'),
        genuine(attackedGains[1], 'down'),
      ])
        bpcer.push(toBpcer(kind, await judgeAll(kind, people.genuine)));
      const injected: JudgedLight[] = [];
      for (const injection of injections)
        injected.push(...(await judgeAll(pretended(injection, attackedGains[0], 'across'), people.injected)));
      const apcerOf = (judged: readonly JudgedLight[], of: readonly { readonly name: string }[]) =>
        Object.fromEntries(of.map(({ name }) => [name, toApcer(judged.filter(({ species }) => species === name))]));
      const attackedAt = [];
      for (const axis of screenAxes)
        for (const gain of attackedGains) {
          const attacked: JudgedLight[] = [];
          for (const attack of attacks)
            attacked.push(...(await judgeAll(pretended(attack, gain, axis), people.attacked)));
          const apcer = apcerOf(attacked, attacks);
          const inAll = Object.fromEntries(Object.entries(apcer).map(([name, rates]) => [name, rates.inAll]));
          attackedAt.push({ axis, gain, highestApcer: toHighest(inAll), apcer });
        }
      const figures: LightFigures = {
        frames: 'synthetic',
        bpcer,
        injections: { gain: attackedGains[0], ...toApcer(injected), byKind: apcerOf(injected, injections) },
        attacks: attackedAt,
        blackAndWhite: rateOf(heads, ({ frame }) => isGrey(frame)),
        recognition: await measureRecognition(engine, heads.slice(0, people.recognised), say),
        sameFace: await measureSameFace(engine, heads, say),
        chanceRow: matchByChance(),
      };
      const now = new Date();
      await keep(out, {
        'light-challenge.json': toDatedFile('npm run eval -- light-challenge', now, figures),
        'light-challenge.md': toLightTables(figures, now),
      });
      return { ...figures };
    } finally {
      await engine.close();
    }
  },
};
