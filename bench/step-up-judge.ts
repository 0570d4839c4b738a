import { createChance } from '../eval/chance.js';
import { proportion, toJson } from '../eval/proportion.js';
import { toHalf } from '../eval/split.js';
import { Photo } from '../src/core/concealed.js';
import { drawMovements } from '../src/core/movement-challenge.js';
import type { LivenessFinding, LivenessJudge, Movement } from '../src/core/ports.js';
import type { Engine } from '../src/engine/engine.js';
import { createEnginePool } from '../src/engine/pool.js';
import { FaceError } from '../src/errors.js';
import { createMovementJudge } from '../src/liveness/judge.js';
import { createTestVerifier } from '../test/embedded.js';
import {
  type Attack,
  attacks,
  type Head,
  makeGenuineFrames,
  readDemoHeads,
  readHead,
  type Scene,
} from '../test/face-video/index.js';
import { face, hasFaces, people } from '../test/faces.js';
import { modelsFolder } from '../test/paths.js';
import { toPhoto } from '../test/pictures.js';
import { quantile, round } from './measure.js';

type Rate = ReturnType<typeof toJson>;

/** What the pictures of movement challenges are judged as. Keys are stable. */
export interface StepUpJudgeReport {
  /** All frames are made by rendering photos: no figure here is of people in front of a camera. */
  readonly frames: 'synthetic';
  /** Whose photos: evaluation people that no bound was set by, or those of the demonstration. */
  readonly people: { readonly from: 'evaluation' | 'demonstration'; readonly count: number };
  /** Share of genuine challenges that were refused, and by which signals, each counted once a challenge. */
  readonly bpcer: Rate & { readonly refusedBy: Readonly<Record<string, number>> };
  /** Share of attacks that passed, of each kind. */
  readonly apcer: { readonly byAttack: Readonly<Record<string, Rate>> };
  /** Medians in milliseconds, for five frames of 640×480. */
  readonly resultMs: { readonly judge: number; readonly verify: number };
}

/** People in front of a camera, about frontal: of the half that bounds were not set by. */
async function readHeads(engine: Engine, count: number): Promise<readonly Head[]> {
  const names = people()
    .map(({ person }) => person)
    .filter((person) => toHalf(person) === 'judge');
  const chance = createChance('people of the step-up benchmark');
  const heads: Head[] = [];
  while (heads.length < count && names.length > 0) {
    const [person] = names.splice(chance.below(names.length), 1);
    try {
      const photo = face(person, 1);
      const { pose } = await engine.examine(toPhoto(photo), ['pose']);
      // Whoever looks aside in the photo cannot be made to look straight.
      if (pose !== null && Math.abs(pose.yawDeg) <= 15) heads.push(await readHead(engine, photo));
    } catch (error) {
      // Several people, or none that is found: not a picture a camera would be given.
      if (!(error instanceof FaceError)) throw error;
    }
  }
  return heads;
}

const judgeFrames = (
  judge: LivenessJudge,
  movements: readonly Movement[],
  frames: readonly Buffer[],
): Promise<LivenessFinding> =>
  judge.judge(frames.map((frame, at) => ({ photo: new Photo(Uint8Array.from(frame)), movement: movements[at] })));

const genuine: Attack = { name: 'genuine', makeFrames: makeGenuineFrames };

const toSignal = (reason: string): string => reason.replace(/_\d+$/, '');

/** How long the two parts of a result take, one after the other, as after the last frame of a challenge. */
async function timeResult(engine: Engine, judge: LivenessJudge, scene: Scene): Promise<StepUpJudgeReport['resultMs']> {
  const verifier = createTestVerifier(engine);
  const frames = await makeGenuineFrames(scene);
  const binding = { tenant: 'bench', idp: 'api', subject: '', scope: 'bench', accuracy: 4 } as const;
  const photos = frames.map(toPhoto);
  const { token } = await verifier.enrol({ photos, binding, secret: null, expiresAt: null });
  const times = { judge: [] as number[], verify: [] as number[] };
  for (let run = 0; run < 12; run += 1) {
    const from = performance.now();
    await judgeFrames(judge, scene.movements, frames);
    const between = performance.now();
    const photos = frames.map(toPhoto);
    await verifier.verify({ photos, token, binding, secret: null, requireLiveness: false, allowRenewal: false });
    times.judge.push(between - from);
    times.verify.push(performance.now() - between);
  }
  return { judge: round(quantile(times.judge.slice(2)), 1), verify: round(quantile(times.verify.slice(2)), 1) };
}

/**
 * Counts how often synthetic challenges pass: those of people who follow, and those of each attack.
 * @param count - people, at most; the four of the demonstration photos where there are no evaluation faces
 */
export async function benchStepUpJudge(count: number, say: (line: string) => void): Promise<StepUpJudgeReport> {
  const engine = await createEnginePool({ modelsFolder, queueLimit: 64 });
  try {
    const judge = createMovementJudge({ engine });
    const heads = hasFaces ? await readHeads(engine, count) : await readDemoHeads(engine);
    const passed = new Map<string, number>();
    const refusedBy = new Map<string, number>();
    const judgeAll = async (victim: Head, at: number): Promise<void> => {
      const seed = `person ${at}`;
      const movements = drawMovements(createChance(`movements ${seed}`).bytes);
      for (const attack of [genuine, ...attacks]) {
        const frames = await attack.makeFrames({ victim, attacker: heads[(at + 1) % heads.length], movements, seed });
        const finding = await judgeFrames(judge, movements, frames);
        if (finding.pass) passed.set(attack.name, (passed.get(attack.name) ?? 0) + 1);
        else if (attack === genuine)
          for (const signal of new Set(finding.reasons.map(toSignal)))
            refusedBy.set(signal, (refusedBy.get(signal) ?? 0) + 1);
      }
      if ((at + 1) % 10 === 0) say(`${at + 1} of ${heads.length} people`);
    };
    // Two at once: while one is judged on the workers, frames of the other are drawn here.
    const queue = heads.entries();
    const work = async (): Promise<void> => {
      for (const [at, victim] of queue) await judgeAll(victim, at);
    };
    await Promise.all([work(), work()]);
    const rateOf = (name: string): number => passed.get(name) ?? 0;
    return {
      frames: 'synthetic',
      people: { from: hasFaces ? 'evaluation' : 'demonstration', count: heads.length },
      bpcer: {
        ...toJson(proportion(heads.length - rateOf('genuine'), heads.length)),
        refusedBy: Object.fromEntries(refusedBy),
      },
      apcer: {
        byAttack: Object.fromEntries(attacks.map(({ name }) => [name, toJson(proportion(rateOf(name), heads.length))])),
      },
      resultMs: await timeResult(engine, judge, {
        victim: heads[0],
        attacker: heads[1],
        movements: ['centre', 'left', 'up', 'right', 'centre'],
        seed: 'time',
      }),
    };
  } finally {
    await engine.close();
  }
}
