import type { CapturedFrame, LivenessJudge } from '../../core/ports.js';
import { FaceError } from '../../errors.js';
import { type Pose, toPoses } from '../../step-up/movement-challenge.js';
import type { Engine } from '../engine/engine.js';
import { measureTraces } from './camera-traces.js';
import { lookAgain, lookAt, type SeenFrame } from './frame.js';
import { findLight, type LitFrame, type LitPair, toLeastAlike } from './light.js';
import { hintFor, type Measured, measureAlike, measureFrames, measureLight, measureRefusal } from './signals.js';

interface SeenPose {
  readonly shown: SeenFrame;
  /** Frames under screen light: split screens first, then the second color. Empty without light. */
  readonly lit: readonly LitFrame[];
}

/** Creates the judge, which decides by the content of the pictures. docs/liveness.md lists the attacks it stops. */
export function createMovementJudge({ engine }: { readonly engine: Engine }): LivenessJudge {
  return {
    async judge(frames, share) {
      const poses = toPoses(frames);
      const seen: SeenPose[] = [];
      const kept: { wipe(): void }[] = [];
      const look = async (pose: Pose<CapturedFrame>): Promise<SeenPose> => {
        const shown = await lookAt(engine, pose.shown, share);
        kept.push(shown.embedding, shown.texture, { wipe: () => shown.noise.signs.fill(0) });
        const others = await Promise.allSettled(
          [...pose.halves, ...(pose.after === null ? [] : [pose.after])].map(async ({ photo, light }) => {
            const again = await lookAgain(engine, photo, shown.box, share);
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
        const looks = await Promise.allSettled(poses.map(look));
        const reasons = looks.map((each) => (each.status === 'rejected' ? each.reason : null));
        // After a refusal, the remaining pictures of a pose have the same error object, which is reported once.
        const refused = reasons.flatMap((reason: unknown, index) =>
          reason === null || reasons.indexOf(reason) < index ? [] : [measureRefusal(reason, index)],
        );
        seen.push(...looks.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])));
        const measured =
          refused.length > 0
            ? refused
            : [...measureFrames(seen.map(({ shown }) => shown)), ...measurePoses(poses, seen)];
        const failed = measured.filter(({ measurement }) => !measurement.pass);
        return {
          presence: frames.some(({ light }) => light !== null) ? 'light-1' : 'movement-1',
          pass: failed.length === 0,
          reasons: failed.map(({ measurement }) => measurement.name),
          measurements: [
            ...measured.map(({ measurement }) => measurement),
            ...measureTraces(
              frames,
              seen.map(({ shown }) => shown),
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
