import type { LivenessJudge } from '../../src/core/ports.js';
import { livenessBoundary } from '../../src/core/ports.js';
import { FaceError } from '../../src/errors.js';

/**
 * Judges the pictures of the simulated engine (`face <person> <shot> <liveness>`): each is as live as it says, and a shot
 * named for a movement shows that movement alone. It stands in for the models, where no pixels are at hand.
 */
export function createSimulatedJudge(): LivenessJudge {
  return {
    name: 'simulated',
    async judge(frames) {
      const seen = frames.map(({ photo, movement }) => {
        const text = photo.use((bytes) => Buffer.from(bytes).toString());
        const [, , shot = '', liveness] = /^face (\S+) (\S+) (\S+)$/.exec(text) ?? [];
        if (liveness === undefined) throw new FaceError('face_none');
        const [shown = ''] = shot.split(':');
        return { liveness: Number(liveness), follows: !/[a-z]/.test(shown) || shown === movement };
      });
      const liveness = Math.min(...seen.map((each) => each.liveness));
      const following = seen.filter(({ follows }) => follows).length;
      const measurements = [
        { name: 'passive', value: liveness, unit: 'probability', atLeast: livenessBoundary, atMost: null },
        { name: 'following', value: following, unit: 'count', atLeast: frames.length, atMost: null },
      ].map((each) => ({ ...each, pass: each.value >= each.atLeast }));
      const reasons = measurements.filter(({ pass }) => !pass).map(({ name }) => name);
      return { pass: reasons.length === 0, reasons, measurements, liveness, hint: null };
    },
  };
}
