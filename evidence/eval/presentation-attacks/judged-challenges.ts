import { createSeededRandom } from '../../../src/core/base/chance.js';
import { mapConcurrently } from '../../../src/core/base/map-concurrently.js';
import type { Movement } from '../../../src/core/movements.js';
import type { CapturedFrame, LivenessJudge } from '../../../src/core/ports.js';
import { drawMovements } from '../../../src/step-up/movement-challenge.js';
import { toPhoto } from '../../../support/data/pictures.js';
import { testShare } from '../../../support/data/share.js';
import { attacks, type Head, makeGenuineFrames } from '../../../support/face-video/index.js';
import type { PrintLine } from '../../measure/program.js';
import { toLook } from './heads.js';

export interface JudgedChallenge {
  /** Attack name, or `genuine`. */
  readonly species: string;
  readonly pass: boolean;
  /** Signals that refused the challenge, without the frame's index. */
  readonly refusedBy: readonly string[];
}

interface JudgedMovements extends JudgedChallenge {
  /** True if the frontal frame and the turn to a side pass as a glance. */
  readonly passesGlance: boolean;
}

/**
 * Judges the frames that were made for the steps of a challenge.
 * @param looks - further frames of the same steps
 */
export async function judgeFrames(
  judge: LivenessJudge,
  steps: readonly Omit<CapturedFrame, 'photo'>[],
  [frames, ...looks]: readonly (readonly Buffer[])[],
) {
  const seen = (pictures: readonly Buffer[]): CapturedFrame[] =>
    pictures.map((picture, at) => ({ ...steps[at], photo: toPhoto(picture) }));
  const captured = { frames: seen(frames), looks: looks.flatMap(seen) };
  const { pass, reasons, measurements } = await judge.judge(captured, testShare);
  return { pass, measurements, refusedBy: [...new Set(reasons.map((reason) => reason.replace(/_\d+$/, '')))] };
}

/** Number of drawn looks in each pose. A check has three ahead and six of each movement. */
const looksOfPose = 3;

const glancePoses: ReadonlySet<string> = new Set(['centre', 'left', 'right'] satisfies Movement[]);

/** Renders and judges one genuine challenge and one attack of each species per person. */
export async function judgeChallenges(
  judge: LivenessJudge,
  heads: readonly Head[],
  say: PrintLine,
): Promise<readonly JudgedMovements[]> {
  const judged = await mapConcurrently(heads, async (victim, at) => {
    const seed = `person ${at}`;
    const movements = drawMovements(createSeededRandom(`movements ${seed}`).bytes);
    const steps = movements.map((movement) => ({ movement, light: null }));
    const own: JudgedMovements[] = [];
    for (const { name, makeFrames } of [{ name: 'genuine', makeFrames: makeGenuineFrames }, ...attacks]) {
      const taken: (readonly Buffer[])[] = [];
      for (let look = 0; look <= looksOfPose; look += 1) {
        const attacker = heads[(at + 1) % heads.length];
        const ownSeed = look === 0 ? seed : `${seed} look ${look}`;
        const pictures = await makeFrames({ victim, attacker, movements, seed: ownSeed });
        const looks = pictures.map((picture, pose) => toLook(picture, movements[pose]));
        taken.push(look === 0 ? pictures : await Promise.all(looks));
      }
      const { pass, refusedBy } = await judgeFrames(judge, steps, taken);
      const ofGlance = <T>(of: readonly T[]): T[] => of.filter((_, pose) => glancePoses.has(movements[pose]));
      const glance = await judgeFrames(judge, ofGlance(steps), taken.map(ofGlance));
      own.push({ species: name, pass, passesGlance: glance.pass, refusedBy });
    }
    if ((at + 1) % 10 === 0) say(`challenges: ${at + 1} of ${heads.length} people`);
    return own;
  });
  return judged.flat();
}
