import type { LivenessJudge } from '../core/ports.js';
import { livenessBoundary } from '../core/ports.js';
import type { Engine } from '../engine/engine.js';

/** Judges frames by passive liveness alone. */
export function createMovementJudge({ engine }: { readonly engine: Engine }): LivenessJudge {
  return {
    name: 'movement',
    async judge(frames) {
      const seen = await Promise.all(frames.map(({ photo }) => engine.examine(photo.copy(), ['liveness'])));
      const value = Math.max(...seen.map(({ liveness }) => liveness ?? 0));
      const pass = value >= livenessBoundary;
      const measurement = {
        name: 'passive',
        value,
        unit: 'probability',
        atLeast: livenessBoundary,
        atMost: null,
        pass,
      };
      return { pass, reasons: pass ? [] : ['passive'], measurements: [measurement], liveness: value, hint: null };
    },
  };
}
