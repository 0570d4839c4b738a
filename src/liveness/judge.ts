import type { LivenessJudge } from '../core/ports.js';
import type { Engine } from '../engine/engine.js';
import { measureTraces } from './camera-traces.js';
import { lookAt } from './frame.js';
import { measureFrames, measureRefusal } from './signals.js';

/**
 * Judges a movement challenge by what its pictures show: whether a head with depth followed the movements, as one person in
 * all frames. Order, time and replayed bytes are not its concern. Leaves the photos as they are. What it stops and what it
 * does not is in docs/liveness.md.
 */
export function createMovementJudge({ engine }: { readonly engine: Engine }): LivenessJudge {
  return {
    name: 'movement-1',
    async judge(frames) {
      // All at once, so that they share the workers; all settled, so that no embedding is left behind.
      const looks = await Promise.allSettled(frames.map((frame) => lookAt(engine, frame)));
      const seen = looks.flatMap((look) => (look.status === 'fulfilled' ? [look.value] : []));
      try {
        const refused = looks.flatMap((look, index) =>
          look.status === 'rejected' ? [measureRefusal(look.reason, index)] : [],
        );
        const measured = refused.length > 0 ? refused : measureFrames(seen);
        const failed = measured.filter(({ measurement }) => !measurement.pass);
        return {
          pass: failed.length === 0,
          reasons: failed.map(({ measurement }) => measurement.name),
          measurements: [...measured.map(({ measurement }) => measurement), ...measureTraces(frames, seen)],
          liveness: measured.find(({ measurement }) => measurement.name === 'passive')?.measurement.value ?? 0,
          hint: (failed.find(({ hint }) => hint !== 'follow') ?? failed[0])?.hint ?? null,
        };
      } finally {
        for (const { embedding, noise } of seen) {
          embedding.wipe();
          noise.signs.fill(0);
        }
      }
    },
  };
}
