import type { QueueShare } from '../../core/fair-queue.js';
import type { CapturedFrame, CapturedLook, LivenessJudge } from '../../core/ports.js';
import { type Pose, toPoses } from '../../core/poses.js';
import { FaceError } from '../../errors.js';
import type { Engine } from '../engine/engine.js';
import { measureJudges } from '../verifier/screening.js';
import { findLight, type LitFrame, type LitPair, toLeastAlike } from './light.js';
import {
  analyzeFrame,
  analyzeLook,
  analyzeSamePose,
  hintFor,
  type Measured,
  measureAlike,
  measureFrames,
  measureLight,
  measureRefusal,
  measureSizes,
  type SeenFrame,
  type SeenLook,
} from './signals.js';

interface SeenPose {
  readonly shown: SeenFrame;
  /** Frames under screen light: split screens first, then the second color. Empty without light. */
  readonly lit: readonly LitFrame[];
}

/** Creates the judge, which decides by the content of the pictures. docs/liveness.md lists the attacks it stops. */
export function createMovementJudge({ engine }: { readonly engine: Engine }): LivenessJudge {
  return {
    async judge({ frames, looks }, share) {
      const poses = toPoses(frames);
      const seen: SeenPose[] = [];
      const kept: { wipe(): void }[] = [];
      const look = async (pose: Pose<CapturedFrame>): Promise<SeenPose> => {
        const shown = await analyzeFrame(engine, pose.shown, share);
        kept.push(shown.embedding, shown.texture);
        const others = await Promise.allSettled(
          [...pose.halves, ...(pose.after === null ? [] : [pose.after])].map(async ({ photo, light }) => {
            const again = await analyzeSamePose(engine, photo, shown.box, share);
            kept.push(again.texture);
            return light === null ? [] : [{ ...again, light }];
          }),
        );
        const lit = others.flatMap((other) => {
          if (other.status === 'rejected') throw other.reason;
          return other.value;
        });
        return { shown, lit };
      };
      try {
        // All are awaited, so that every embedding can be wiped.
        const examined = await Promise.allSettled(poses.map(look));
        const reasons = examined.map((each) => (each.status === 'rejected' ? each.reason : null));
        // After a refusal, the remaining pictures of a pose have the same error object, which is reported once.
        const refused = reasons.flatMap((reason: unknown, index) =>
          reason === null || reasons.indexOf(reason) < index ? [] : [measureRefusal(reason, index)],
        );
        seen.push(...examined.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])));
        const shown = seen.map((each) => each.shown);
        const between = refused.length > 0 ? [] : await analyzeLooks(engine, looks, { share, kept });
        const measured =
          refused.length > 0
            ? refused
            : [measureSizes(frames, looks), ...measureFrames(shown, between), ...measurePoses(poses, seen)];
        const failed = measured.filter(({ measurement }) => !measurement.pass);
        return {
          presence: frames.some(({ light }) => light !== null) ? 'light-1' : 'movement-1',
          pass: failed.length === 0,
          reasons: failed.map(({ measurement }) => measurement.name),
          measurements: [
            ...measured.map(({ measurement }) => measurement),
            ...measureJudges(
              [...shown, ...between.flatMap(({ face }) => face ?? [])].map(({ judgeScores }) => judgeScores),
            ),
          ],
          liveness: measured.find(({ measurement }) => measurement.name === 'passive')?.measurement.value ?? 0,
          hint: hintFor(failed),
        };
      } finally {
        for (const each of kept) each.wipe();
      }
    },
  };
}

/** Looks examined at once, so that one check does not fill the engine's queue. */
const looksInWork = 5;

async function analyzeLooks(
  engine: Engine,
  looks: readonly CapturedLook[],
  { share, kept }: { readonly share: QueueShare; readonly kept: { wipe(): void }[] },
): Promise<readonly SeenLook[]> {
  const seen: SeenLook[] = [];
  for (let from = 0; from < looks.length; from += looksInWork) {
    const part = looks.slice(from, from + looksInWork).map((each) => analyzeLook(engine, each, share));
    for (const look of await Promise.allSettled(part)) {
      if (look.status === 'rejected') continue;
      seen.push(look.value);
      if (look.value.face !== null) kept.push(look.value.face.embedding);
    }
    await Promise.all(part);
  }
  return seen;
}

function measurePoses(poses: readonly Pose<CapturedFrame>[], seen: readonly SeenPose[]): readonly Measured[] {
  const lit = seen.flatMap(({ shown, lit: others }, at) => {
    const light = poses[at]?.shown.light ?? null;
    return light === null ? [] : [{ shown: { ...shown, light }, others }];
  });
  const pairs = lit.flatMap(({ shown, others }): LitPair[] => {
    const after = others.at(-1);
    return after === undefined ? [] : [[shown, after]];
  });
  if (lit.length === 0) return [];
  const [first, second, ...rest] = lit[0]?.others ?? [];
  if (first === undefined || second === undefined || rest.length === 0 || pairs.length < seen.length)
    throw new FaceError('internal', { problem: 'a light challenge without all its pictures' });
  return [
    ...lit.map(({ shown, others }, at) => measureAlike(toLeastAlike(shown, others), at)),
    ...measureLight(findLight(pairs, [first, second])),
  ];
}
