import { createSeededRandom } from '../../../src/core/base/chance.js';
import type { LivenessJudge } from '../../../src/core/ports.js';
import { drawMovements } from '../../../src/step-up/movement-challenge.js';
import { toPhoto } from '../../../support/data/pictures.js';
import { testShare } from '../../../support/data/share.js';
import { attacks, type Head, makeGenuineFrames } from '../../../support/face-video/index.js';
import type { PrintLine } from '../../measure/program.js';
import { mapConcurrently } from './heads.js';

export interface JudgedChallenge {
  /** Attack name, or `genuine`. */
  readonly species: string;
  readonly pass: boolean;
  /** Signals that refused the challenge, without the frame's index. */
  readonly refusedBy: readonly string[];
}

type Step = Omit<Parameters<LivenessJudge['judge']>[0][number], 'photo'>;

/** Judges the frames that were made for the steps of a challenge. */
export async function judgeFrames(judge: LivenessJudge, steps: readonly Step[], frames: readonly Buffer[]) {
  const { pass, reasons, measurements } = await judge.judge(
    frames.map((frame, at) => ({ ...steps[at], photo: toPhoto(frame) })),
    testShare,
  );
  return { pass, measurements, refusedBy: [...new Set(reasons.map((reason) => reason.replace(/_\d+$/, '')))] };
}

/** Renders and judges one genuine challenge and one attack of each species per person. */
export async function judgeChallenges(
  judge: LivenessJudge,
  heads: readonly Head[],
  say: PrintLine,
): Promise<readonly JudgedChallenge[]> {
  const judged = await mapConcurrently(heads, async (victim, at) => {
    const seed = `person ${at}`;
    const movements = drawMovements(createSeededRandom(`movements ${seed}`).bytes);
    const steps = movements.map((movement) => ({ movement, light: null }));
    const own: JudgedChallenge[] = [];
    for (const { name, makeFrames } of [{ name: 'genuine', makeFrames: makeGenuineFrames }, ...attacks]) {
      const frames = await makeFrames({ victim, attacker: heads[(at + 1) % heads.length], movements, seed });
      const { pass, refusedBy } = await judgeFrames(judge, steps, frames);
      own.push({ species: name, pass, refusedBy });
    }
    if ((at + 1) % 10 === 0) say(`challenges: ${at + 1} of ${heads.length} people`);
    return own;
  });
  return judged.flat();
}
