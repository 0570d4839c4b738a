import { Photo } from '../../../src/core/concealed.js';
import type { Movement } from '../../../src/core/movements.js';
import type { LivenessFinding, LivenessJudge } from '../../../src/core/ports.js';
import { drawMovements } from '../../../src/core/step-up/movement-challenge.js';
import { attacks, type Head, makeGenuineFrames } from '../../../test/face-video/index.js';
import { testShare } from '../../../test/share.js';
import { createChance } from '../../statistics/chance.js';

export interface JudgedChallenge {
  /** Attack name, or `genuine`. */
  readonly species: string;
  readonly pass: boolean;
  /** Signals that refused the challenge, without the frame's index. */
  readonly refusedBy: readonly string[];
}

const genuine = { name: 'genuine', makeFrames: makeGenuineFrames } as const;

const toSignal = (reason: string): string => reason.replace(/_\d+$/, '');

const judgeFrames = (
  judge: LivenessJudge,
  movements: readonly Movement[],
  frames: readonly Buffer[],
): Promise<LivenessFinding> =>
  judge.judge(
    frames.map((frame, at) => ({ photo: new Photo(Uint8Array.from(frame)), movement: movements[at], light: null })),
    testShare,
  );

/** Renders and judges one genuine challenge and one attack of each species per person. */
export async function judgeChallenges(
  judge: LivenessJudge,
  heads: readonly Head[],
  say: (line: string) => void,
): Promise<readonly JudgedChallenge[]> {
  const judged: JudgedChallenge[] = [];
  const judgeAll = async (victim: Head, at: number): Promise<void> => {
    const seed = `person ${at}`;
    const movements = drawMovements(createChance(`movements ${seed}`).bytes);
    for (const { name, makeFrames } of [genuine, ...attacks]) {
      const frames = await makeFrames({ victim, attacker: heads[(at + 1) % heads.length], movements, seed });
      const { pass, reasons } = await judgeFrames(judge, movements, frames);
      const refusedBy = [...new Set(reasons.map(toSignal))];
      judged.push({ species: name, pass, refusedBy });
    }
    if ((at + 1) % 10 === 0) say(`challenges: ${at + 1} of ${heads.length} people`);
  };
  // Two people are processed concurrently, so that workers judge the frames of one while this thread renders the frames
  // of the other.
  const queue = heads.entries();
  const work = async (): Promise<void> => {
    for (const [at, victim] of queue) await judgeAll(victim, at);
  };
  await Promise.all([work(), work()]);
  return judged;
}

/** Counts refusals by signal, most frequent first. A challenge may count for several signals. */
export function countSignals(judged: readonly JudgedChallenge[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const signal of judged.flatMap(({ refusedBy }) => refusedBy)) counts.set(signal, (counts.get(signal) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}
